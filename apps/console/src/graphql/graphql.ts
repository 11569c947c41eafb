/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type ApiTokenCreateInput = {
  expiresAt?: string | null | undefined;
  name: string;
  roles?: ApiTokenRolesRelationInput | null | undefined;
};

export type ApiTokenRolesRelationInput = {
  connect?: Array<RoleKeyFilter> | null | undefined;
};

/** Either reconnect, which replaces all roles, or connect and disconnect, which add and remove roles. */
export type ApiTokenRolesUpdateRelationInput = {
  connect?: Array<RoleKeyFilter> | null | undefined;
  disconnect?: Array<RoleKeyFilter> | null | undefined;
  reconnect?: Array<RoleKeyFilter> | null | undefined;
};

export type ApiTokenUpdateInput = {
  expiresAt?: string | null | undefined;
  id?: string | null | undefined;
  name?: string | null | undefined;
  roles?: ApiTokenRolesUpdateRelationInput | null | undefined;
};

/** All given conditions must hold. null fields are ignored. */
export type AuditEventFilter = {
  AND?: Array<AuditEventFilter> | null | undefined;
  OR?: Array<AuditEventFilter> | null | undefined;
  action?: StringPredicate | null | undefined;
  actorId?: IdPredicate | null | undefined;
  actorKind?: StringPredicate | null | undefined;
  actorName?: StringPredicate | null | undefined;
  createdAt?: DateTimePredicate | null | undefined;
  id?: IdPredicate | null | undefined;
  recordId?: IdPredicate | null | undefined;
  table?: StringPredicate | null | undefined;
};

/** People can sign up by themselves only if selfSignUpEnabled is true. */
export type AuthenticationProfileCreateInput = {
  audiences?: Array<string | null | undefined> | null | undefined;
  callbackUrls?: Array<string | null | undefined> | null | undefined;
  clientId?: string | null | undefined;
  databaseName?: string | null | undefined;
  /** The domain of the provider's pages. A profile of type openid can use it in place of issuer. */
  domain?: string | null | undefined;
  issuer?: string | null | undefined;
  /** verified, never or always */
  linkByEmail?: string | null | undefined;
  logoutUrls?: Array<string | null | undefined> | null | undefined;
  managementDomain?: string | null | undefined;
  name: string;
  /** reject or update */
  onEmailChange?: string | null | undefined;
  /** Other options of the provider. */
  options?: unknown;
  position?: number | null | undefined;
  roles?: AuthenticationProfilesRolesRelationInput | null | undefined;
  /** Stored encrypted, and never returned. */
  secret?: string | null | undefined;
  /** The email domains that may sign up; empty for any. */
  selfSignUpEmailDomains?: Array<string | null | undefined> | null | undefined;
  selfSignUpEnabled?: boolean | null | undefined;
  type?: string | null | undefined;
};

/** Omitted and null fields stay unchanged. An empty secret removes the secret. */
export type AuthenticationProfileUpdateInput = {
  audiences?: Array<string | null | undefined> | null | undefined;
  callbackUrls?: Array<string | null | undefined> | null | undefined;
  clientId?: string | null | undefined;
  databaseName?: string | null | undefined;
  /** The domain of the provider's pages. A profile of type openid can use it in place of issuer. */
  domain?: string | null | undefined;
  id?: string | null | undefined;
  issuer?: string | null | undefined;
  /** verified, never or always */
  linkByEmail?: string | null | undefined;
  logoutUrls?: Array<string | null | undefined> | null | undefined;
  managementDomain?: string | null | undefined;
  name?: string | null | undefined;
  /** reject or update */
  onEmailChange?: string | null | undefined;
  /** Other options of the provider. */
  options?: unknown;
  position?: number | null | undefined;
  roles?: AuthenticationProfilesRolesUpdateRelationInput | null | undefined;
  /** Stored encrypted, and never returned. */
  secret?: string | null | undefined;
  /** The email domains that may sign up; empty for any. */
  selfSignUpEmailDomains?: Array<string | null | undefined> | null | undefined;
  selfSignUpEnabled?: boolean | null | undefined;
  type?: string | null | undefined;
};

export type AuthenticationProfilesRolesRelationInput = {
  connect?: Array<RoleKeyFilter> | null | undefined;
};

/** Either reconnect, which replaces all roles, or connect and disconnect, which add and remove roles. */
export type AuthenticationProfilesRolesUpdateRelationInput = {
  connect?: Array<RoleKeyFilter> | null | undefined;
  disconnect?: Array<RoleKeyFilter> | null | undefined;
  reconnect?: Array<RoleKeyFilter> | null | undefined;
};

/** Omitted and null settings stay unchanged. */
export type AuthenticationSettingUpdateInput = {
  allowedCallbacks?: Array<string | null | undefined> | null | undefined;
  allowedLogouts?: Array<string | null | undefined> | null | undefined;
  allowedWebOrigins?: Array<string | null | undefined> | null | undefined;
};

export type AvatarInput = {
  downloadUrl?: string | null | undefined;
  id?: string | null | undefined;
};

export type BoolPredicate = {
  equals?: boolean | null | undefined;
  in?: Array<boolean | null | undefined> | null | undefined;
  is_empty?: boolean | null | undefined;
  is_not_empty?: boolean | null | undefined;
  not_equals?: boolean | null | undefined;
  not_in?: Array<boolean | null | undefined> | null | undefined;
};

/** Now plus (ADD) or minus (SUB) a number of units. */
export type DateRelativePredicateType = {
  op?: RelativePredicateOpEnum | null | undefined;
  unit?: RelativePredicateUnitEnum | null | undefined;
  value: string;
};

export type DateRelativePredicates = {
  gt?: DateRelativePredicateType | null | undefined;
  gte?: DateRelativePredicateType | null | undefined;
  lt?: DateRelativePredicateType | null | undefined;
  lte?: DateRelativePredicateType | null | undefined;
};

export type DateTimePredicate = {
  equals?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string | null | undefined> | null | undefined;
  is_empty?: boolean | null | undefined;
  is_not_empty?: boolean | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  not_equals?: string | null | undefined;
  not_in?: Array<string | null | undefined> | null | undefined;
  /** Compares with a time relative to now. */
  relative?: DateRelativePredicates | null | undefined;
};

/** All given conditions must hold. Text can be a variable: __loggedInUserId, __loggedInUserEmail or __requestingApiToken. */
export type IdPredicate = {
  contains?: string | null | undefined;
  ends_with?: string | null | undefined;
  equals?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string | null | undefined> | null | undefined;
  is_empty?: boolean | null | undefined;
  is_not_empty?: boolean | null | undefined;
  is_self?: boolean | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  not_contains?: string | null | undefined;
  not_ends_with?: string | null | undefined;
  not_equals?: string | null | undefined;
  not_in?: Array<string | null | undefined> | null | undefined;
  not_self?: boolean | null | undefined;
  not_starts_with?: string | null | undefined;
  starts_with?: string | null | undefined;
};

/** The subject of a question. Set exactly one field. */
export type PermissionSubject = {
  apiTokenId?: string | null | undefined;
  email?: string | null | undefined;
  /** true: a request without a token. */
  guest?: boolean | null | undefined;
  /** A signed-in user with these roles. */
  roleIds?: Array<string> | null | undefined;
  /** An ID token or an API token. It is verified like the token of a request, but neither stored nor logged, and has no effect. */
  token?: string | null | undefined;
  userId?: string | null | undefined;
};

export type RelativePredicateOpEnum =
  | 'ADD'
  | 'SUB';

export type RelativePredicateUnitEnum =
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'MONTH'
  | 'QUARTER'
  | 'SECOND'
  | 'WEEK'
  | 'YEAR';

export type RoleCreateInput = {
  description?: string | null | undefined;
  name: string;
  /** { data: { <table>: { create | read | update | delete: { allow, fields, filter } } }, custom: { functions: { <name>: { allow } } } }. If omitted, users with the role can read and update only their own record. */
  permissions?: unknown;
};

/** All given conditions must hold. null fields are ignored. */
export type RoleFilter = {
  AND?: Array<RoleFilter> | null | undefined;
  OR?: Array<RoleFilter> | null | undefined;
  createdAt?: DateTimePredicate | null | undefined;
  description?: StringPredicate | null | undefined;
  id?: IdPredicate | null | undefined;
  name?: StringPredicate | null | undefined;
  updatedAt?: DateTimePredicate | null | undefined;
  users?: UserRelationFilter | null | undefined;
};

export type RoleKeyFilter = {
  id?: string | null | undefined;
  name?: string | null | undefined;
};

export type RoleRelationFilter = {
  every?: RoleFilter | null | undefined;
  is_empty?: boolean | null | undefined;
  is_not_empty?: boolean | null | undefined;
  none?: RoleFilter | null | undefined;
  some?: RoleFilter | null | undefined;
};

export type RoleUpdateInput = {
  description?: string | null | undefined;
  id?: string | null | undefined;
  name?: string | null | undefined;
  permissions?: unknown;
};

export type SortOrder =
  | 'ASC'
  | 'DESC';

/** All given conditions must hold. Comparisons are case-sensitive. Text can be a variable, as in IDPredicate. */
export type StringPredicate = {
  contains?: string | null | undefined;
  ends_with?: string | null | undefined;
  equals?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string | null | undefined> | null | undefined;
  is_empty?: boolean | null | undefined;
  is_not_empty?: boolean | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  not_contains?: string | null | undefined;
  not_ends_with?: string | null | undefined;
  not_equals?: string | null | undefined;
  not_in?: Array<string | null | undefined> | null | undefined;
  not_starts_with?: string | null | undefined;
  starts_with?: string | null | undefined;
};

/** All given conditions must hold. null fields are ignored. */
export type UserFilter = {
  AND?: Array<UserFilter> | null | undefined;
  OR?: Array<UserFilter> | null | undefined;
  createdAt?: DateTimePredicate | null | undefined;
  createdBy?: UserFilter | null | undefined;
  email?: StringPredicate | null | undefined;
  firstName?: StringPredicate | null | undefined;
  id?: IdPredicate | null | undefined;
  is8base?: BoolPredicate | null | undefined;
  is_self?: boolean | null | undefined;
  lastName?: StringPredicate | null | undefined;
  not_self?: boolean | null | undefined;
  origin?: StringPredicate | null | undefined;
  roles?: RoleRelationFilter | null | undefined;
  status?: StringPredicate | null | undefined;
  timezone?: StringPredicate | null | undefined;
  updatedAt?: DateTimePredicate | null | undefined;
};

export type UserIdentityDeleteInput = {
  issuer: string;
  subject: string;
};

export type UserIdentityRestoreInput = {
  issuer: string;
  subject: string;
};

export type UserRelationFilter = {
  every?: UserFilter | null | undefined;
  is_empty?: boolean | null | undefined;
  is_not_empty?: boolean | null | undefined;
  none?: UserFilter | null | undefined;
  some?: UserFilter | null | undefined;
};

/** Set one field per item. A list of items sorts by the first one, then by the next. */
export type UserSort = {
  createdAt?: SortOrder | null | undefined;
  email?: SortOrder | null | undefined;
  firstName?: SortOrder | null | undefined;
  id?: SortOrder | null | undefined;
  is8base?: SortOrder | null | undefined;
  lastName?: SortOrder | null | undefined;
  origin?: SortOrder | null | undefined;
  status?: SortOrder | null | undefined;
  timezone?: SortOrder | null | undefined;
  updatedAt?: SortOrder | null | undefined;
};

export type UserUpdateInput = {
  avatar?: AvatarInput | null | undefined;
  email?: string | null | undefined;
  firstName?: string | null | undefined;
  id?: string | null | undefined;
  lastName?: string | null | undefined;
  roles?: UsersRolesUpdateRelationInput | null | undefined;
  status?: string | null | undefined;
  timezone?: string | null | undefined;
};

export type UsersRolesRelationInput = {
  connect?: Array<RoleKeyFilter> | null | undefined;
};

/** Either reconnect, which replaces all roles, or connect and disconnect, which add and remove roles. */
export type UsersRolesUpdateRelationInput = {
  connect?: Array<RoleKeyFilter> | null | undefined;
  disconnect?: Array<RoleKeyFilter> | null | undefined;
  reconnect?: Array<RoleKeyFilter> | null | undefined;
};

export type TokenNamesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TokenNamesQuery = { apiTokensList: { items: Array<{ id: string | null, name: string | null }> } };

export type AdministratorNeededQueryVariables = Exact<{ [key: string]: never; }>;


export type AdministratorNeededQuery = { administratorNeeded: boolean };

export type IdentityLinkMutationVariables = Exact<{
  idToken: string;
}>;


export type IdentityLinkMutation = { userIdentityLink: { id: string | null } };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { user: { id: string | null, email: string | null, firstName: string | null, lastName: string | null, roles: { items: Array<{ id: string | null, name: string | null, permissions: unknown }> } | null, permissions: { items: Array<{ resource: string | null, resourceType: string | null, permission: unknown }> } | null } | null };

export type ResourcesQueryVariables = Exact<{ [key: string]: never; }>;


export type ResourcesQuery = { permissionResources: { functions: Array<string>, variables: Array<string>, tables: Array<{ name: string, list: string | null, fields: Array<{ name: string, type: string | null, operators: Array<string> }>, relations: Array<{ name: string, table: string, many: boolean }> }> } };

export type RoleNamesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RoleNamesQuery = { rolesList: { items: Array<{ id: string | null, name: string | null }> } };

export type ActivityQueryVariables = Exact<{
  filter?: AuditEventFilter | null | undefined;
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}>;


export type ActivityQuery = { auditEventsList: { items: Array<{ id: string | null, createdAt: string | null, actorKind: string | null, actorId: string | null, actorName: string | null, action: string | null, table: string | null, recordId: string | null, before: unknown, after: unknown }> } };

export type PerDayQueryVariables = Exact<{
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type PerDayQuery = { activityPerDay: Array<{ day: string, signIns: number, signUps: number, refused: number, refusals: Array<{ reason: string, count: number }> }> };

export type ApiTokensQueryVariables = Exact<{
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}>;


export type ApiTokensQuery = { apiTokensList: { items: Array<{ id: string | null, name: string | null, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, createdAt: string | null, updatedAt: string | null, roles: { items: Array<{ id: string | null, name: string | null }> } | null, createdBy: { email: string | null } | null }> } };

export type ApiTokenDeleteMutationVariables = Exact<{
  id: string;
}>;


export type ApiTokenDeleteMutation = { apiTokenDelete: { success: boolean } };

export type ApiTokenCreateMutationVariables = Exact<{
  data: ApiTokenCreateInput;
}>;


export type ApiTokenCreateMutation = { apiTokenCreate: { id: string | null, name: string | null, token: string } };

export type ApiTokenUpdateMutationVariables = Exact<{
  id: string;
  data: ApiTokenUpdateInput;
  expectedUpdatedAt?: string | null | undefined;
}>;


export type ApiTokenUpdateMutation = { apiTokenUpdate: { id: string | null } };

export type ProfilesQueryVariables = Exact<{ [key: string]: never; }>;


export type ProfilesQuery = { authenticationProfilesList: { items: Array<{ id: string | null, name: string | null, type: string | null, issuer: string | null, position: number | null, declaredInConfiguration: boolean | null, selfSignUpEnabled: boolean | null, selfSignUpEmailDomains: Array<string | null> | null }> } };

export type ProfileMoveMutationVariables = Exact<{
  id: string;
  position: number;
}>;


export type ProfileMoveMutation = { authenticationProfileUpdate: { id: string | null } };

export type ProfileTestMutationVariables = Exact<{
  data?: AuthenticationProfileCreateInput | null | undefined;
  id?: string | null | undefined;
}>;


export type ProfileTestMutation = { authenticationProfileTest: Array<{ step: string, ok: boolean, message: string }> };

export type ProfileCreateMutationVariables = Exact<{
  data: AuthenticationProfileCreateInput;
}>;


export type ProfileCreateMutation = { authenticationProfileCreate: { id: string | null, name: string | null } };

export type ProfileQueryVariables = Exact<{
  id: string;
}>;


export type ProfileQuery = { authenticationProfile: { id: string | null, name: string | null, type: string | null, clientId: string | null, domain: string | null, issuer: string | null, audiences: Array<string | null> | null, hasSecret: boolean | null, selfSignUpEnabled: boolean | null, selfSignUpEmailDomains: Array<string | null> | null, linkByEmail: string | null, onEmailChange: string | null, callbackUrls: Array<string | null> | null, logoutUrls: Array<string | null> | null, databaseName: string | null, options: unknown, position: number | null, declaredInConfiguration: boolean | null, updatedAt: string | null, roles: { items: Array<{ id: string | null, name: string | null }> } | null } | null };

export type ProfileUpdateMutationVariables = Exact<{
  id: string;
  data: AuthenticationProfileUpdateInput;
  expectedUpdatedAt?: string | null | undefined;
}>;


export type ProfileUpdateMutation = { authenticationProfileUpdate: { updatedAt: string | null } };

export type ProfileDeleteMutationVariables = Exact<{
  id: string;
}>;


export type ProfileDeleteMutation = { authenticationProfileDelete: { success: boolean } };

export type SettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type SettingsQuery = { authenticationSettings: { allowedCallbacks: Array<string | null> | null, allowedLogouts: Array<string | null> | null, allowedWebOrigins: Array<string | null> | null, updatedAt: string | null } };

export type SettingsUpdateMutationVariables = Exact<{
  data: AuthenticationSettingUpdateInput;
  expectedUpdatedAt?: string | null | undefined;
}>;


export type SettingsUpdateMutation = { authenticationSettingsUpdate: { updatedAt: string | null } };

export type ConnectedQueryVariables = Exact<{ [key: string]: never; }>;


export type ConnectedQuery = { authenticationSettings: { allowedCallbacks: Array<string | null> | null, allowedWebOrigins: Array<string | null> | null, updatedAt: string | null }, authenticationProfilesList: { items: Array<{ id: string | null, callbackUrls: Array<string | null> | null }> } };

export type CallbackAllowMutationVariables = Exact<{
  data: AuthenticationSettingUpdateInput;
  expectedUpdatedAt?: string | null | undefined;
}>;


export type CallbackAllowMutation = { authenticationSettingsUpdate: { allowedCallbacks: Array<string | null> | null } };

export type FilterCheckQueryVariables = Exact<{
  table: string;
  filter: unknown;
}>;


export type FilterCheckQuery = { permissionFilterCheck: { valid: boolean, path: string | null, reason: string | null, count: number | null } };

export type RoleQueryVariables = Exact<{
  id: string;
}>;


export type RoleQuery = { role: { id: string | null, name: string | null, description: string | null, permissions: unknown, updatedAt: string | null } | null };

export type RoleUpdateMutationVariables = Exact<{
  id: string;
  data: RoleUpdateInput;
  expectedUpdatedAt?: string | null | undefined;
}>;


export type RoleUpdateMutation = { roleUpdate: { updatedAt: string | null } };

export type RoleDeleteMutationVariables = Exact<{
  id: string;
}>;


export type RoleDeleteMutation = { roleDelete: { success: boolean } };

export type RolesQueryVariables = Exact<{
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}>;


export type RolesQuery = { rolesList: { items: Array<{ id: string | null, name: string | null, description: string | null, permissions: unknown }> } };

export type RoleCreateMutationVariables = Exact<{
  data: RoleCreateInput;
}>;


export type RoleCreateMutation = { roleCreate: { id: string | null } };

export type RoleTokensQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}>;


export type RoleTokensQuery = { apiTokensList: { items: Array<{ id: string | null, name: string | null, expiresAt: string | null, revokedAt: string | null, lastUsedAt: string | null }> } };

export type TokenRolesMutationVariables = Exact<{
  id: string;
  roles: ApiTokenRolesUpdateRelationInput;
}>;


export type TokenRolesMutation = { apiTokenUpdate: { id: string | null, name: string | null } };

export type RoleUsersQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}>;


export type RoleUsersQuery = { role: { users: { items: Array<{ id: string | null, email: string | null, firstName: string | null, lastName: string | null }> } | null } | null };

export type RoleGiveMutationVariables = Exact<{
  email: string;
  roleId: string;
}>;


export type RoleGiveMutation = { userUpdate: { id: string | null } };

export type RoleTakeMutationVariables = Exact<{
  userId: string;
  roleId: string;
}>;


export type RoleTakeMutation = { userUpdate: { id: string | null } };

export type IdentityDeleteMutationVariables = Exact<{
  id: string;
  data: UserIdentityDeleteInput;
}>;


export type IdentityDeleteMutation = { userIdentityDelete: { success: boolean } };

export type IdentityRestoreMutationVariables = Exact<{
  id: string;
  data: UserIdentityRestoreInput;
}>;


export type IdentityRestoreMutation = { userIdentityRestore: { success: boolean } };

export type InviteMutationVariables = Exact<{
  email: string;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  roles?: UsersRolesRelationInput | null | undefined;
  authProfileId?: string | null | undefined;
}>;


export type InviteMutation = { userInvite: { id: string | null, email: string | null } };

export type SignInsQueryVariables = Exact<{
  userId: string;
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}>;


export type SignInsQuery = { signInsList: { items: Array<{ id: string | null, createdAt: string | null, profileName: string | null, issuer: string | null, ip: string | null, userAgent: string | null }> } };

export type UserQueryVariables = Exact<{
  id: string;
}>;


export type UserQuery = { user: { id: string | null, email: string | null, firstName: string | null, lastName: string | null, status: string | null, timezone: string | null, origin: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { id: string | null, email: string | null } | null, roles: { items: Array<{ id: string | null, name: string | null }> } | null, permissions: { items: Array<{ resource: string | null, resourceType: string | null, permission: unknown }> } | null, identities: Array<{ issuer: string, subject: string, email: string, emailVerified: boolean | null, profileId: string | null, profileName: string | null, emailDiffers: boolean }> | null, removedIdentities: Array<{ issuer: string, subject: string, email: string, emailVerified: boolean | null, profileId: string | null, profileName: string | null, emailDiffers: boolean }> | null } | null };

export type UserUpdateMutationVariables = Exact<{
  id: string;
  data: UserUpdateInput;
  expectedUpdatedAt?: string | null | undefined;
}>;


export type UserUpdateMutation = { userUpdate: { updatedAt: string | null } };

export type RolePermissionsQueryVariables = Exact<{
  ids?: Array<string> | string | null | undefined;
}>;


export type RolePermissionsQuery = { rolesList: { items: Array<{ id: string | null, permissions: unknown }> } };

export type UserDeleteMutationVariables = Exact<{
  id: string;
}>;


export type UserDeleteMutation = { userDelete: { success: boolean } };

export type UsersQueryVariables = Exact<{
  filter?: UserFilter | null | undefined;
  sort?: Array<UserSort> | UserSort | null | undefined;
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}>;


export type UsersQuery = { usersList: { items: Array<{ id: string | null, email: string | null, firstName: string | null, lastName: string | null, origin: string | null, createdAt: string | null, roles: { items: Array<{ id: string | null, name: string | null }> } | null }> } };

export type UsersCountQueryVariables = Exact<{
  filter?: UserFilter | null | undefined;
}>;


export type UsersCountQuery = { usersList: { count: number } };

export type ReadingQueryVariables = Exact<{
  subject: PermissionSubject;
  table: string;
}>;


export type ReadingQuery = { permissionExplain: { allowed: boolean, remedy: string | null, remedyRoleId: string | null, steps: Array<{ step: string, ok: boolean, message: string }>, roles: Array<{ roleId: string, roleName: string, allowed: boolean, reason: string, fields: Array<string> | null }> } };

export type ComparisonQueryVariables = Exact<{
  first: PermissionSubject;
  second: PermissionSubject;
}>;


export type ComparisonQuery = { permissionComparison: { first: string, second: string, items: Array<{ resource: string, resourceType: string, action: string, same: boolean, first: { allowed: boolean, everyRecord: boolean, fields: Array<string> | null, filter: unknown, count: number | null }, second: { allowed: boolean, everyRecord: boolean, fields: Array<string> | null, filter: unknown, count: number | null } }> } };

export type UsersToChooseQueryVariables = Exact<{
  filter?: UserFilter | null | undefined;
}>;


export type UsersToChooseQuery = { usersList: { items: Array<{ id: string | null, email: string | null }> } };

export type SubjectQueryVariables = Exact<{
  subject: PermissionSubject;
}>;


export type SubjectQuery = { permissionExplain: { principal: string } };

export type ExplainQueryVariables = Exact<{
  subject: PermissionSubject;
  action: string;
  table?: string | null | undefined;
  function?: string | null | undefined;
}>;


export type ExplainQuery = { permissionExplain: { allowed: boolean, principal: string, remedy: string | null, remedyRoleId: string | null, steps: Array<{ step: string, ok: boolean, message: string }>, roles: Array<{ roleId: string, roleName: string, allowed: boolean, reason: string, filter: unknown, fields: Array<string> | null }> } };

export type UserEmailsQueryVariables = Exact<{
  part: string;
}>;


export type UserEmailsQuery = { usersList: { items: Array<{ id: string | null, email: string | null }> } };

export type AdministratorClaimMutationVariables = Exact<{
  code: string;
}>;


export type AdministratorClaimMutation = { administratorClaim: { id: string | null } };

export type SignUpMutationVariables = Exact<{
  email: string;
  authProfileId?: string | null | undefined;
}>;


export type SignUpMutation = { userSignUpWithToken: { id: string | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const TokenNamesDocument = new TypedDocumentString(`
    query TokenNames($first: Int, $after: String) {
  apiTokensList(first: $first, after: $after) {
    items {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<TokenNamesQuery, TokenNamesQueryVariables>;
export const AdministratorNeededDocument = new TypedDocumentString(`
    query AdministratorNeeded {
  administratorNeeded
}
    `) as unknown as TypedDocumentString<AdministratorNeededQuery, AdministratorNeededQueryVariables>;
export const IdentityLinkDocument = new TypedDocumentString(`
    mutation IdentityLink($idToken: String!) {
  userIdentityLink(data: {idToken: $idToken}) {
    id
  }
}
    `) as unknown as TypedDocumentString<IdentityLinkMutation, IdentityLinkMutationVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  user {
    id
    email
    firstName
    lastName
    roles {
      items {
        id
        name
        permissions
      }
    }
    permissions {
      items {
        resource
        resourceType
        permission
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const ResourcesDocument = new TypedDocumentString(`
    query Resources {
  permissionResources {
    tables {
      name
      list
      fields {
        name
        type
        operators
      }
      relations {
        name
        table
        many
      }
    }
    functions
    variables
  }
}
    `) as unknown as TypedDocumentString<ResourcesQuery, ResourcesQueryVariables>;
export const RoleNamesDocument = new TypedDocumentString(`
    query RoleNames($first: Int, $after: String) {
  rolesList(first: $first, after: $after) {
    items {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<RoleNamesQuery, RoleNamesQueryVariables>;
export const ActivityDocument = new TypedDocumentString(`
    query Activity($filter: AuditEventFilter, $first: Int, $last: Int, $after: String, $before: String) {
  auditEventsList(
    filter: $filter
    first: $first
    last: $last
    after: $after
    before: $before
  ) {
    items {
      id
      createdAt
      actorKind
      actorId
      actorName
      action
      table
      recordId
      before
      after
    }
  }
}
    `) as unknown as TypedDocumentString<ActivityQuery, ActivityQueryVariables>;
export const PerDayDocument = new TypedDocumentString(`
    query PerDay($from: String, $to: String) {
  activityPerDay(from: $from, to: $to) {
    day
    signIns
    signUps
    refused
    refusals {
      reason
      count
    }
  }
}
    `) as unknown as TypedDocumentString<PerDayQuery, PerDayQueryVariables>;
export const ApiTokensDocument = new TypedDocumentString(`
    query ApiTokens($first: Int, $last: Int, $after: String, $before: String) {
  apiTokensList(first: $first, last: $last, after: $after, before: $before) {
    items {
      id
      name
      expiresAt
      lastUsedAt
      revokedAt
      createdAt
      updatedAt
      roles {
        items {
          id
          name
        }
      }
      createdBy {
        email
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ApiTokensQuery, ApiTokensQueryVariables>;
export const ApiTokenDeleteDocument = new TypedDocumentString(`
    mutation ApiTokenDelete($id: ID!) {
  apiTokenDelete(filter: {id: $id}) {
    success
  }
}
    `) as unknown as TypedDocumentString<ApiTokenDeleteMutation, ApiTokenDeleteMutationVariables>;
export const ApiTokenCreateDocument = new TypedDocumentString(`
    mutation ApiTokenCreate($data: ApiTokenCreateInput!) {
  apiTokenCreate(data: $data) {
    id
    name
    token
  }
}
    `) as unknown as TypedDocumentString<ApiTokenCreateMutation, ApiTokenCreateMutationVariables>;
export const ApiTokenUpdateDocument = new TypedDocumentString(`
    mutation ApiTokenUpdate($id: ID!, $data: ApiTokenUpdateInput!, $expectedUpdatedAt: DateTime) {
  apiTokenUpdate(
    filter: {id: $id}
    data: $data
    expectedUpdatedAt: $expectedUpdatedAt
  ) {
    id
  }
}
    `) as unknown as TypedDocumentString<ApiTokenUpdateMutation, ApiTokenUpdateMutationVariables>;
export const ProfilesDocument = new TypedDocumentString(`
    query Profiles {
  authenticationProfilesList {
    items {
      id
      name
      type
      issuer
      position
      declaredInConfiguration
      selfSignUpEnabled
      selfSignUpEmailDomains
    }
  }
}
    `) as unknown as TypedDocumentString<ProfilesQuery, ProfilesQueryVariables>;
export const ProfileMoveDocument = new TypedDocumentString(`
    mutation ProfileMove($id: ID!, $position: Int!) {
  authenticationProfileUpdate(filter: {id: $id}, data: {position: $position}) {
    id
  }
}
    `) as unknown as TypedDocumentString<ProfileMoveMutation, ProfileMoveMutationVariables>;
export const ProfileTestDocument = new TypedDocumentString(`
    mutation ProfileTest($data: AuthenticationProfileCreateInput, $id: ID) {
  authenticationProfileTest(data: $data, id: $id) {
    step
    ok
    message
  }
}
    `) as unknown as TypedDocumentString<ProfileTestMutation, ProfileTestMutationVariables>;
export const ProfileCreateDocument = new TypedDocumentString(`
    mutation ProfileCreate($data: AuthenticationProfileCreateInput!) {
  authenticationProfileCreate(data: $data) {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<ProfileCreateMutation, ProfileCreateMutationVariables>;
export const ProfileDocument = new TypedDocumentString(`
    query Profile($id: ID!) {
  authenticationProfile(id: $id) {
    id
    name
    type
    clientId
    domain
    issuer
    audiences
    hasSecret
    selfSignUpEnabled
    selfSignUpEmailDomains
    roles {
      items {
        id
        name
      }
    }
    linkByEmail
    onEmailChange
    callbackUrls
    logoutUrls
    databaseName
    options
    position
    declaredInConfiguration
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<ProfileQuery, ProfileQueryVariables>;
export const ProfileUpdateDocument = new TypedDocumentString(`
    mutation ProfileUpdate($id: ID!, $data: AuthenticationProfileUpdateInput!, $expectedUpdatedAt: DateTime) {
  authenticationProfileUpdate(
    filter: {id: $id}
    data: $data
    expectedUpdatedAt: $expectedUpdatedAt
  ) {
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<ProfileUpdateMutation, ProfileUpdateMutationVariables>;
export const ProfileDeleteDocument = new TypedDocumentString(`
    mutation ProfileDelete($id: ID!) {
  authenticationProfileDelete(filter: {id: $id}) {
    success
  }
}
    `) as unknown as TypedDocumentString<ProfileDeleteMutation, ProfileDeleteMutationVariables>;
export const SettingsDocument = new TypedDocumentString(`
    query Settings {
  authenticationSettings {
    allowedCallbacks
    allowedLogouts
    allowedWebOrigins
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<SettingsQuery, SettingsQueryVariables>;
export const SettingsUpdateDocument = new TypedDocumentString(`
    mutation SettingsUpdate($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {
  authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) {
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<SettingsUpdateMutation, SettingsUpdateMutationVariables>;
export const ConnectedDocument = new TypedDocumentString(`
    query Connected {
  authenticationSettings {
    allowedCallbacks
    allowedWebOrigins
    updatedAt
  }
  authenticationProfilesList {
    items {
      id
      callbackUrls
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectedQuery, ConnectedQueryVariables>;
export const CallbackAllowDocument = new TypedDocumentString(`
    mutation CallbackAllow($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {
  authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) {
    allowedCallbacks
  }
}
    `) as unknown as TypedDocumentString<CallbackAllowMutation, CallbackAllowMutationVariables>;
export const FilterCheckDocument = new TypedDocumentString(`
    query FilterCheck($table: String!, $filter: JSON!) {
  permissionFilterCheck(table: $table, filter: $filter) {
    valid
    path
    reason
    count
  }
}
    `) as unknown as TypedDocumentString<FilterCheckQuery, FilterCheckQueryVariables>;
export const RoleDocument = new TypedDocumentString(`
    query Role($id: ID!) {
  role(id: $id) {
    id
    name
    description
    permissions
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<RoleQuery, RoleQueryVariables>;
export const RoleUpdateDocument = new TypedDocumentString(`
    mutation RoleUpdate($id: ID!, $data: RoleUpdateInput!, $expectedUpdatedAt: DateTime) {
  roleUpdate(
    filter: {id: $id}
    data: $data
    expectedUpdatedAt: $expectedUpdatedAt
  ) {
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<RoleUpdateMutation, RoleUpdateMutationVariables>;
export const RoleDeleteDocument = new TypedDocumentString(`
    mutation RoleDelete($id: ID!) {
  roleDelete(filter: {id: $id}) {
    success
  }
}
    `) as unknown as TypedDocumentString<RoleDeleteMutation, RoleDeleteMutationVariables>;
export const RolesDocument = new TypedDocumentString(`
    query Roles($first: Int, $last: Int, $after: String, $before: String) {
  rolesList(first: $first, last: $last, after: $after, before: $before) {
    items {
      id
      name
      description
      permissions
    }
  }
}
    `) as unknown as TypedDocumentString<RolesQuery, RolesQueryVariables>;
export const RoleCreateDocument = new TypedDocumentString(`
    mutation RoleCreate($data: RoleCreateInput!) {
  roleCreate(data: $data) {
    id
  }
}
    `) as unknown as TypedDocumentString<RoleCreateMutation, RoleCreateMutationVariables>;
export const RoleTokensDocument = new TypedDocumentString(`
    query RoleTokens($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
  apiTokensList(
    filter: {roles: {some: {id: {equals: $id}}}}
    first: $first
    last: $last
    after: $after
    before: $before
  ) {
    items {
      id
      name
      expiresAt
      revokedAt
      lastUsedAt
    }
  }
}
    `) as unknown as TypedDocumentString<RoleTokensQuery, RoleTokensQueryVariables>;
export const TokenRolesDocument = new TypedDocumentString(`
    mutation TokenRoles($id: ID!, $roles: ApiTokenRolesUpdateRelationInput!) {
  apiTokenUpdate(filter: {id: $id}, data: {roles: $roles}) {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<TokenRolesMutation, TokenRolesMutationVariables>;
export const RoleUsersDocument = new TypedDocumentString(`
    query RoleUsers($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
  role(id: $id) {
    users(
      sort: [{email: ASC}]
      first: $first
      last: $last
      after: $after
      before: $before
    ) {
      items {
        id
        email
        firstName
        lastName
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RoleUsersQuery, RoleUsersQueryVariables>;
export const RoleGiveDocument = new TypedDocumentString(`
    mutation RoleGive($email: String!, $roleId: ID!) {
  userUpdate(filter: {email: $email}, data: {roles: {connect: [{id: $roleId}]}}) {
    id
  }
}
    `) as unknown as TypedDocumentString<RoleGiveMutation, RoleGiveMutationVariables>;
export const RoleTakeDocument = new TypedDocumentString(`
    mutation RoleTake($userId: ID!, $roleId: ID!) {
  userUpdate(filter: {id: $userId}, data: {roles: {disconnect: [{id: $roleId}]}}) {
    id
  }
}
    `) as unknown as TypedDocumentString<RoleTakeMutation, RoleTakeMutationVariables>;
export const IdentityDeleteDocument = new TypedDocumentString(`
    mutation IdentityDelete($id: ID!, $data: UserIdentityDeleteInput!) {
  userIdentityDelete(filter: {id: $id}, data: $data) {
    success
  }
}
    `) as unknown as TypedDocumentString<IdentityDeleteMutation, IdentityDeleteMutationVariables>;
export const IdentityRestoreDocument = new TypedDocumentString(`
    mutation IdentityRestore($id: ID!, $data: UserIdentityRestoreInput!) {
  userIdentityRestore(filter: {id: $id}, data: $data) {
    success
  }
}
    `) as unknown as TypedDocumentString<IdentityRestoreMutation, IdentityRestoreMutationVariables>;
export const InviteDocument = new TypedDocumentString(`
    mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {
  userInvite(
    email: $email
    firstName: $firstName
    lastName: $lastName
    roles: $roles
    authProfileId: $authProfileId
  ) {
    id
    email
  }
}
    `) as unknown as TypedDocumentString<InviteMutation, InviteMutationVariables>;
export const SignInsDocument = new TypedDocumentString(`
    query SignIns($userId: ID!, $first: Int, $last: Int, $after: String, $before: String) {
  signInsList(
    filter: {userId: {equals: $userId}}
    first: $first
    last: $last
    after: $after
    before: $before
  ) {
    items {
      id
      createdAt
      profileName
      issuer
      ip
      userAgent
    }
  }
}
    `) as unknown as TypedDocumentString<SignInsQuery, SignInsQueryVariables>;
export const UserDocument = new TypedDocumentString(`
    query User($id: ID!) {
  user(id: $id) {
    id
    email
    firstName
    lastName
    status
    timezone
    origin
    createdAt
    updatedAt
    createdBy {
      id
      email
    }
    roles {
      items {
        id
        name
      }
    }
    permissions {
      items {
        resource
        resourceType
        permission
      }
    }
    identities {
      issuer
      subject
      email
      emailVerified
      profileId
      profileName
      emailDiffers
    }
    removedIdentities {
      issuer
      subject
      email
      emailVerified
      profileId
      profileName
      emailDiffers
    }
  }
}
    `) as unknown as TypedDocumentString<UserQuery, UserQueryVariables>;
export const UserUpdateDocument = new TypedDocumentString(`
    mutation UserUpdate($id: ID!, $data: UserUpdateInput!, $expectedUpdatedAt: DateTime) {
  userUpdate(
    filter: {id: $id}
    data: $data
    expectedUpdatedAt: $expectedUpdatedAt
  ) {
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<UserUpdateMutation, UserUpdateMutationVariables>;
export const RolePermissionsDocument = new TypedDocumentString(`
    query RolePermissions($ids: [ID!]) {
  rolesList(filter: {id: {in: $ids}}) {
    items {
      id
      permissions
    }
  }
}
    `) as unknown as TypedDocumentString<RolePermissionsQuery, RolePermissionsQueryVariables>;
export const UserDeleteDocument = new TypedDocumentString(`
    mutation UserDelete($id: ID!) {
  userDelete(filter: {id: $id}) {
    success
  }
}
    `) as unknown as TypedDocumentString<UserDeleteMutation, UserDeleteMutationVariables>;
export const UsersDocument = new TypedDocumentString(`
    query Users($filter: UserFilter, $sort: [UserSort!], $first: Int, $last: Int, $after: String, $before: String) {
  usersList(
    filter: $filter
    sort: $sort
    first: $first
    last: $last
    after: $after
    before: $before
  ) {
    items {
      id
      email
      firstName
      lastName
      origin
      createdAt
      roles {
        items {
          id
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;
export const UsersCountDocument = new TypedDocumentString(`
    query UsersCount($filter: UserFilter) {
  usersList(filter: $filter, first: 1) {
    count
  }
}
    `) as unknown as TypedDocumentString<UsersCountQuery, UsersCountQueryVariables>;
export const ReadingDocument = new TypedDocumentString(`
    query Reading($subject: PermissionSubject!, $table: String!) {
  permissionExplain(subject: $subject, action: "read", table: $table) {
    allowed
    remedy
    remedyRoleId
    steps {
      step
      ok
      message
    }
    roles {
      roleId
      roleName
      allowed
      reason
      fields
    }
  }
}
    `) as unknown as TypedDocumentString<ReadingQuery, ReadingQueryVariables>;
export const ComparisonDocument = new TypedDocumentString(`
    query Comparison($first: PermissionSubject!, $second: PermissionSubject!) {
  permissionComparison(first: $first, second: $second) {
    first
    second
    items {
      resource
      resourceType
      action
      same
      first {
        allowed
        everyRecord
        fields
        filter
        count
      }
      second {
        allowed
        everyRecord
        fields
        filter
        count
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ComparisonQuery, ComparisonQueryVariables>;
export const UsersToChooseDocument = new TypedDocumentString(`
    query UsersToChoose($filter: UserFilter) {
  usersList(filter: $filter, sort: [{email: ASC}], first: 8) {
    items {
      id
      email
    }
  }
}
    `) as unknown as TypedDocumentString<UsersToChooseQuery, UsersToChooseQueryVariables>;
export const SubjectDocument = new TypedDocumentString(`
    query Subject($subject: PermissionSubject!) {
  permissionExplain(subject: $subject, action: "read", table: "Users") {
    principal
  }
}
    `) as unknown as TypedDocumentString<SubjectQuery, SubjectQueryVariables>;
export const ExplainDocument = new TypedDocumentString(`
    query Explain($subject: PermissionSubject!, $action: String!, $table: String, $function: String) {
  permissionExplain(
    subject: $subject
    action: $action
    table: $table
    function: $function
  ) {
    allowed
    principal
    remedy
    remedyRoleId
    steps {
      step
      ok
      message
    }
    roles {
      roleId
      roleName
      allowed
      reason
      filter
      fields
    }
  }
}
    `) as unknown as TypedDocumentString<ExplainQuery, ExplainQueryVariables>;
export const UserEmailsDocument = new TypedDocumentString(`
    query UserEmails($part: String!) {
  usersList(filter: {email: {contains: $part}}, sort: [{email: ASC}], first: 8) {
    items {
      id
      email
    }
  }
}
    `) as unknown as TypedDocumentString<UserEmailsQuery, UserEmailsQueryVariables>;
export const AdministratorClaimDocument = new TypedDocumentString(`
    mutation AdministratorClaim($code: String!) {
  administratorClaim(code: $code) {
    id
  }
}
    `) as unknown as TypedDocumentString<AdministratorClaimMutation, AdministratorClaimMutationVariables>;
export const SignUpDocument = new TypedDocumentString(`
    mutation SignUp($email: String!, $authProfileId: ID) {
  userSignUpWithToken(user: {email: $email}, authProfileId: $authProfileId) {
    id
  }
}
    `) as unknown as TypedDocumentString<SignUpMutation, SignUpMutationVariables>;