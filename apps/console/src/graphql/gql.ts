/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query TokenNames($first: Int, $after: String) {\n    apiTokensList(first: $first, after: $after) { items { id name } }\n  }\n": typeof types.TokenNamesDocument,
    "\n  query AdministratorNeeded { administratorNeeded }\n": typeof types.AdministratorNeededDocument,
    "\n  mutation IdentityLink($idToken: String!) {\n    userIdentityLink(data: { idToken: $idToken }) { id }\n  }\n": typeof types.IdentityLinkDocument,
    "\n  query Me {\n    user {\n      id\n      email\n      firstName\n      lastName\n      roles { items { id name permissions } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n": typeof types.MeDocument,
    "\n  query Resources {\n    permissionResources {\n      tables { name list fields { name type operators } relations { name table many } }\n      functions\n      variables\n    }\n  }\n": typeof types.ResourcesDocument,
    "\n  query RoleNames($first: Int, $after: String) {\n    rolesList(first: $first, after: $after) { items { id name } }\n  }\n": typeof types.RoleNamesDocument,
    "\n  query Activity($filter: AuditEventFilter, $first: Int, $last: Int, $after: String, $before: String) {\n    auditEventsList(filter: $filter, first: $first, last: $last, after: $after, before: $before) {\n      items { id createdAt actorKind actorId actorName action table recordId before after }\n    }\n  }\n": typeof types.ActivityDocument,
    "\n  query PerDay($from: String, $to: String) {\n    activityPerDay(from: $from, to: $to) { day signIns signUps refused refusals { reason count } }\n  }\n": typeof types.PerDayDocument,
    "\n  query ApiTokens($first: Int, $last: Int, $after: String, $before: String) {\n    apiTokensList(first: $first, last: $last, after: $after, before: $before) {\n      items { id name expiresAt lastUsedAt revokedAt createdAt updatedAt roles { items { id name } } createdBy { email } }\n    }\n  }\n": typeof types.ApiTokensDocument,
    "\n  mutation ApiTokenDelete($id: ID!) {\n    apiTokenDelete(filter: { id: $id }) { success }\n  }\n": typeof types.ApiTokenDeleteDocument,
    "\n  mutation ApiTokenCreate($data: ApiTokenCreateInput!) {\n    apiTokenCreate(data: $data) { id name token }\n  }\n": typeof types.ApiTokenCreateDocument,
    "\n  mutation ApiTokenUpdate($id: ID!, $data: ApiTokenUpdateInput!, $expectedUpdatedAt: DateTime) {\n    apiTokenUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { id }\n  }\n": typeof types.ApiTokenUpdateDocument,
    "\n  query Profiles {\n    authenticationProfilesList {\n      items { id name type issuer position declaredInConfiguration selfSignUpEnabled selfSignUpEmailDomains }\n    }\n  }\n": typeof types.ProfilesDocument,
    "\n  mutation ProfileMove($id: ID!, $position: Int!) {\n    authenticationProfileUpdate(filter: { id: $id }, data: { position: $position }) { id }\n  }\n": typeof types.ProfileMoveDocument,
    "\n  mutation ProfileTest($data: AuthenticationProfileCreateInput, $id: ID) {\n    authenticationProfileTest(data: $data, id: $id) { step ok message }\n  }\n": typeof types.ProfileTestDocument,
    "\n  mutation ProfileCreate($data: AuthenticationProfileCreateInput!) {\n    authenticationProfileCreate(data: $data) { id name }\n  }\n": typeof types.ProfileCreateDocument,
    "\n  query Profile($id: ID!) {\n    authenticationProfile(id: $id) {\n      id name type clientId domain issuer audiences hasSecret selfSignUpEnabled selfSignUpEmailDomains\n      roles { items { id name } }\n      linkByEmail onEmailChange callbackUrls logoutUrls databaseName options position declaredInConfiguration updatedAt\n    }\n  }\n": typeof types.ProfileDocument,
    "\n  mutation ProfileUpdate($id: ID!, $data: AuthenticationProfileUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationProfileUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": typeof types.ProfileUpdateDocument,
    "\n  mutation ProfileDelete($id: ID!) {\n    authenticationProfileDelete(filter: { id: $id }) { success }\n  }\n": typeof types.ProfileDeleteDocument,
    "\n  query Settings {\n    authenticationSettings { allowedCallbacks allowedLogouts allowedWebOrigins updatedAt }\n  }\n": typeof types.SettingsDocument,
    "\n  mutation SettingsUpdate($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": typeof types.SettingsUpdateDocument,
    "\n  query Connected {\n    authenticationSettings { allowedCallbacks allowedWebOrigins updatedAt }\n    authenticationProfilesList { items { id callbackUrls } }\n  }\n": typeof types.ConnectedDocument,
    "\n  mutation CallbackAllow($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { allowedCallbacks }\n  }\n": typeof types.CallbackAllowDocument,
    "\n  query FilterCheck($table: String!, $filter: JSON!) {\n    permissionFilterCheck(table: $table, filter: $filter) { valid path reason count }\n  }\n": typeof types.FilterCheckDocument,
    "\n  query Role($id: ID!) {\n    role(id: $id) { id name description permissions updatedAt }\n  }\n": typeof types.RoleDocument,
    "\n  mutation RoleUpdate($id: ID!, $data: RoleUpdateInput!, $expectedUpdatedAt: DateTime) {\n    roleUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": typeof types.RoleUpdateDocument,
    "\n  mutation RoleDelete($id: ID!) {\n    roleDelete(filter: { id: $id }) { success }\n  }\n": typeof types.RoleDeleteDocument,
    "\n  query Roles($first: Int, $last: Int, $after: String, $before: String) {\n    rolesList(first: $first, last: $last, after: $after, before: $before) { items { id name description permissions } }\n  }\n": typeof types.RolesDocument,
    "\n  mutation RoleCreate($data: RoleCreateInput!) {\n    roleCreate(data: $data) { id }\n  }\n": typeof types.RoleCreateDocument,
    "\n  query RoleTokens($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    apiTokensList(filter: { roles: { some: { id: { equals: $id } } } }, first: $first, last: $last, after: $after, before: $before) {\n      items { id name expiresAt revokedAt lastUsedAt }\n    }\n  }\n": typeof types.RoleTokensDocument,
    "\n  mutation TokenRoles($id: ID!, $roles: ApiTokenRolesUpdateRelationInput!) {\n    apiTokenUpdate(filter: { id: $id }, data: { roles: $roles }) { id name }\n  }\n": typeof types.TokenRolesDocument,
    "\n  query RoleUsers($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    role(id: $id) {\n      users(sort: [{ email: ASC }], first: $first, last: $last, after: $after, before: $before) { items { id email firstName lastName } }\n    }\n  }\n": typeof types.RoleUsersDocument,
    "\n  mutation RoleGive($email: String!, $roleId: ID!) {\n    userUpdate(filter: { email: $email }, data: { roles: { connect: [{ id: $roleId }] } }) { id }\n  }\n": typeof types.RoleGiveDocument,
    "\n  mutation RoleTake($userId: ID!, $roleId: ID!) {\n    userUpdate(filter: { id: $userId }, data: { roles: { disconnect: [{ id: $roleId }] } }) { id }\n  }\n": typeof types.RoleTakeDocument,
    "\n  mutation IdentityDelete($id: ID!, $data: UserIdentityDeleteInput!) {\n    userIdentityDelete(filter: { id: $id }, data: $data) { success }\n  }\n": typeof types.IdentityDeleteDocument,
    "\n  mutation IdentityRestore($id: ID!, $data: UserIdentityRestoreInput!) {\n    userIdentityRestore(filter: { id: $id }, data: $data) { success }\n  }\n": typeof types.IdentityRestoreDocument,
    "\n  mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {\n    userInvite(email: $email, firstName: $firstName, lastName: $lastName, roles: $roles, authProfileId: $authProfileId) { id email }\n  }\n": typeof types.InviteDocument,
    "\n  query SignIns($userId: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    signInsList(filter: { userId: { equals: $userId } }, first: $first, last: $last, after: $after, before: $before) {\n      items { id createdAt profileName issuer ip userAgent }\n    }\n  }\n": typeof types.SignInsDocument,
    "\n  query User($id: ID!) {\n    user(id: $id) {\n      id email firstName lastName status timezone origin createdAt updatedAt\n      createdBy { id email }\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n      identities { issuer subject email emailVerified profileId profileName emailDiffers }\n      removedIdentities { issuer subject email emailVerified profileId profileName emailDiffers }\n    }\n  }\n": typeof types.UserDocument,
    "\n  mutation UserUpdate($id: ID!, $data: UserUpdateInput!, $expectedUpdatedAt: DateTime) {\n    userUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": typeof types.UserUpdateDocument,
    "\n  query RolePermissions($ids: [ID!]) {\n    rolesList(filter: { id: { in: $ids } }) { items { id permissions } }\n  }\n": typeof types.RolePermissionsDocument,
    "\n  mutation UserDelete($id: ID!) {\n    userDelete(filter: { id: $id }) { success }\n  }\n": typeof types.UserDeleteDocument,
    "\n  query Users($filter: UserFilter, $sort: [UserSort!], $first: Int, $last: Int, $after: String, $before: String) {\n    usersList(filter: $filter, sort: $sort, first: $first, last: $last, after: $after, before: $before) {\n      items { id email firstName lastName origin createdAt roles { items { id name } } }\n    }\n  }\n": typeof types.UsersDocument,
    "\n  query UsersCount($filter: UserFilter) {\n    usersList(filter: $filter, first: 1) { count }\n  }\n": typeof types.UsersCountDocument,
    "\n  query Reading($subject: PermissionSubject!, $table: String!) {\n    permissionExplain(subject: $subject, action: \"read\", table: $table) {\n      allowed remedy remedyRoleId\n      steps { step ok message }\n      roles { roleId roleName allowed reason fields }\n    }\n  }\n": typeof types.ReadingDocument,
    "\n  query Comparison($first: PermissionSubject!, $second: PermissionSubject!) {\n    permissionComparison(first: $first, second: $second) {\n      first second\n      items {\n        resource resourceType action same\n        first { allowed everyRecord fields filter count }\n        second { allowed everyRecord fields filter count }\n      }\n    }\n  }\n": typeof types.ComparisonDocument,
    "\n  query UsersToChoose($filter: UserFilter) {\n    usersList(filter: $filter, sort: [{ email: ASC }], first: 8) { items { id email } }\n  }\n": typeof types.UsersToChooseDocument,
    "\n  query Subject($subject: PermissionSubject!) {\n    permissionExplain(subject: $subject, action: \"read\", table: \"Users\") { principal }\n  }\n": typeof types.SubjectDocument,
    "\n  query Explain($subject: PermissionSubject!, $action: String!, $table: String, $function: String) {\n    permissionExplain(subject: $subject, action: $action, table: $table, function: $function) {\n      allowed principal remedy remedyRoleId\n      steps { step ok message }\n      roles { roleId roleName allowed reason filter fields }\n    }\n  }\n": typeof types.ExplainDocument,
    "\n  query UserEmails($part: String!) {\n    usersList(filter: { email: { contains: $part } }, sort: [{ email: ASC }], first: 8) { items { id email } }\n  }\n": typeof types.UserEmailsDocument,
    "\n  mutation AdministratorClaim($code: String!) {\n    administratorClaim(code: $code) { id }\n  }\n": typeof types.AdministratorClaimDocument,
    "\n  mutation SignUp($email: String!, $authProfileId: ID) {\n    userSignUpWithToken(user: { email: $email }, authProfileId: $authProfileId) { id }\n  }\n": typeof types.SignUpDocument,
};
const documents: Documents = {
    "\n  query TokenNames($first: Int, $after: String) {\n    apiTokensList(first: $first, after: $after) { items { id name } }\n  }\n": types.TokenNamesDocument,
    "\n  query AdministratorNeeded { administratorNeeded }\n": types.AdministratorNeededDocument,
    "\n  mutation IdentityLink($idToken: String!) {\n    userIdentityLink(data: { idToken: $idToken }) { id }\n  }\n": types.IdentityLinkDocument,
    "\n  query Me {\n    user {\n      id\n      email\n      firstName\n      lastName\n      roles { items { id name permissions } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n": types.MeDocument,
    "\n  query Resources {\n    permissionResources {\n      tables { name list fields { name type operators } relations { name table many } }\n      functions\n      variables\n    }\n  }\n": types.ResourcesDocument,
    "\n  query RoleNames($first: Int, $after: String) {\n    rolesList(first: $first, after: $after) { items { id name } }\n  }\n": types.RoleNamesDocument,
    "\n  query Activity($filter: AuditEventFilter, $first: Int, $last: Int, $after: String, $before: String) {\n    auditEventsList(filter: $filter, first: $first, last: $last, after: $after, before: $before) {\n      items { id createdAt actorKind actorId actorName action table recordId before after }\n    }\n  }\n": types.ActivityDocument,
    "\n  query PerDay($from: String, $to: String) {\n    activityPerDay(from: $from, to: $to) { day signIns signUps refused refusals { reason count } }\n  }\n": types.PerDayDocument,
    "\n  query ApiTokens($first: Int, $last: Int, $after: String, $before: String) {\n    apiTokensList(first: $first, last: $last, after: $after, before: $before) {\n      items { id name expiresAt lastUsedAt revokedAt createdAt updatedAt roles { items { id name } } createdBy { email } }\n    }\n  }\n": types.ApiTokensDocument,
    "\n  mutation ApiTokenDelete($id: ID!) {\n    apiTokenDelete(filter: { id: $id }) { success }\n  }\n": types.ApiTokenDeleteDocument,
    "\n  mutation ApiTokenCreate($data: ApiTokenCreateInput!) {\n    apiTokenCreate(data: $data) { id name token }\n  }\n": types.ApiTokenCreateDocument,
    "\n  mutation ApiTokenUpdate($id: ID!, $data: ApiTokenUpdateInput!, $expectedUpdatedAt: DateTime) {\n    apiTokenUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { id }\n  }\n": types.ApiTokenUpdateDocument,
    "\n  query Profiles {\n    authenticationProfilesList {\n      items { id name type issuer position declaredInConfiguration selfSignUpEnabled selfSignUpEmailDomains }\n    }\n  }\n": types.ProfilesDocument,
    "\n  mutation ProfileMove($id: ID!, $position: Int!) {\n    authenticationProfileUpdate(filter: { id: $id }, data: { position: $position }) { id }\n  }\n": types.ProfileMoveDocument,
    "\n  mutation ProfileTest($data: AuthenticationProfileCreateInput, $id: ID) {\n    authenticationProfileTest(data: $data, id: $id) { step ok message }\n  }\n": types.ProfileTestDocument,
    "\n  mutation ProfileCreate($data: AuthenticationProfileCreateInput!) {\n    authenticationProfileCreate(data: $data) { id name }\n  }\n": types.ProfileCreateDocument,
    "\n  query Profile($id: ID!) {\n    authenticationProfile(id: $id) {\n      id name type clientId domain issuer audiences hasSecret selfSignUpEnabled selfSignUpEmailDomains\n      roles { items { id name } }\n      linkByEmail onEmailChange callbackUrls logoutUrls databaseName options position declaredInConfiguration updatedAt\n    }\n  }\n": types.ProfileDocument,
    "\n  mutation ProfileUpdate($id: ID!, $data: AuthenticationProfileUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationProfileUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": types.ProfileUpdateDocument,
    "\n  mutation ProfileDelete($id: ID!) {\n    authenticationProfileDelete(filter: { id: $id }) { success }\n  }\n": types.ProfileDeleteDocument,
    "\n  query Settings {\n    authenticationSettings { allowedCallbacks allowedLogouts allowedWebOrigins updatedAt }\n  }\n": types.SettingsDocument,
    "\n  mutation SettingsUpdate($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": types.SettingsUpdateDocument,
    "\n  query Connected {\n    authenticationSettings { allowedCallbacks allowedWebOrigins updatedAt }\n    authenticationProfilesList { items { id callbackUrls } }\n  }\n": types.ConnectedDocument,
    "\n  mutation CallbackAllow($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { allowedCallbacks }\n  }\n": types.CallbackAllowDocument,
    "\n  query FilterCheck($table: String!, $filter: JSON!) {\n    permissionFilterCheck(table: $table, filter: $filter) { valid path reason count }\n  }\n": types.FilterCheckDocument,
    "\n  query Role($id: ID!) {\n    role(id: $id) { id name description permissions updatedAt }\n  }\n": types.RoleDocument,
    "\n  mutation RoleUpdate($id: ID!, $data: RoleUpdateInput!, $expectedUpdatedAt: DateTime) {\n    roleUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": types.RoleUpdateDocument,
    "\n  mutation RoleDelete($id: ID!) {\n    roleDelete(filter: { id: $id }) { success }\n  }\n": types.RoleDeleteDocument,
    "\n  query Roles($first: Int, $last: Int, $after: String, $before: String) {\n    rolesList(first: $first, last: $last, after: $after, before: $before) { items { id name description permissions } }\n  }\n": types.RolesDocument,
    "\n  mutation RoleCreate($data: RoleCreateInput!) {\n    roleCreate(data: $data) { id }\n  }\n": types.RoleCreateDocument,
    "\n  query RoleTokens($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    apiTokensList(filter: { roles: { some: { id: { equals: $id } } } }, first: $first, last: $last, after: $after, before: $before) {\n      items { id name expiresAt revokedAt lastUsedAt }\n    }\n  }\n": types.RoleTokensDocument,
    "\n  mutation TokenRoles($id: ID!, $roles: ApiTokenRolesUpdateRelationInput!) {\n    apiTokenUpdate(filter: { id: $id }, data: { roles: $roles }) { id name }\n  }\n": types.TokenRolesDocument,
    "\n  query RoleUsers($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    role(id: $id) {\n      users(sort: [{ email: ASC }], first: $first, last: $last, after: $after, before: $before) { items { id email firstName lastName } }\n    }\n  }\n": types.RoleUsersDocument,
    "\n  mutation RoleGive($email: String!, $roleId: ID!) {\n    userUpdate(filter: { email: $email }, data: { roles: { connect: [{ id: $roleId }] } }) { id }\n  }\n": types.RoleGiveDocument,
    "\n  mutation RoleTake($userId: ID!, $roleId: ID!) {\n    userUpdate(filter: { id: $userId }, data: { roles: { disconnect: [{ id: $roleId }] } }) { id }\n  }\n": types.RoleTakeDocument,
    "\n  mutation IdentityDelete($id: ID!, $data: UserIdentityDeleteInput!) {\n    userIdentityDelete(filter: { id: $id }, data: $data) { success }\n  }\n": types.IdentityDeleteDocument,
    "\n  mutation IdentityRestore($id: ID!, $data: UserIdentityRestoreInput!) {\n    userIdentityRestore(filter: { id: $id }, data: $data) { success }\n  }\n": types.IdentityRestoreDocument,
    "\n  mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {\n    userInvite(email: $email, firstName: $firstName, lastName: $lastName, roles: $roles, authProfileId: $authProfileId) { id email }\n  }\n": types.InviteDocument,
    "\n  query SignIns($userId: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    signInsList(filter: { userId: { equals: $userId } }, first: $first, last: $last, after: $after, before: $before) {\n      items { id createdAt profileName issuer ip userAgent }\n    }\n  }\n": types.SignInsDocument,
    "\n  query User($id: ID!) {\n    user(id: $id) {\n      id email firstName lastName status timezone origin createdAt updatedAt\n      createdBy { id email }\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n      identities { issuer subject email emailVerified profileId profileName emailDiffers }\n      removedIdentities { issuer subject email emailVerified profileId profileName emailDiffers }\n    }\n  }\n": types.UserDocument,
    "\n  mutation UserUpdate($id: ID!, $data: UserUpdateInput!, $expectedUpdatedAt: DateTime) {\n    userUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n": types.UserUpdateDocument,
    "\n  query RolePermissions($ids: [ID!]) {\n    rolesList(filter: { id: { in: $ids } }) { items { id permissions } }\n  }\n": types.RolePermissionsDocument,
    "\n  mutation UserDelete($id: ID!) {\n    userDelete(filter: { id: $id }) { success }\n  }\n": types.UserDeleteDocument,
    "\n  query Users($filter: UserFilter, $sort: [UserSort!], $first: Int, $last: Int, $after: String, $before: String) {\n    usersList(filter: $filter, sort: $sort, first: $first, last: $last, after: $after, before: $before) {\n      items { id email firstName lastName origin createdAt roles { items { id name } } }\n    }\n  }\n": types.UsersDocument,
    "\n  query UsersCount($filter: UserFilter) {\n    usersList(filter: $filter, first: 1) { count }\n  }\n": types.UsersCountDocument,
    "\n  query Reading($subject: PermissionSubject!, $table: String!) {\n    permissionExplain(subject: $subject, action: \"read\", table: $table) {\n      allowed remedy remedyRoleId\n      steps { step ok message }\n      roles { roleId roleName allowed reason fields }\n    }\n  }\n": types.ReadingDocument,
    "\n  query Comparison($first: PermissionSubject!, $second: PermissionSubject!) {\n    permissionComparison(first: $first, second: $second) {\n      first second\n      items {\n        resource resourceType action same\n        first { allowed everyRecord fields filter count }\n        second { allowed everyRecord fields filter count }\n      }\n    }\n  }\n": types.ComparisonDocument,
    "\n  query UsersToChoose($filter: UserFilter) {\n    usersList(filter: $filter, sort: [{ email: ASC }], first: 8) { items { id email } }\n  }\n": types.UsersToChooseDocument,
    "\n  query Subject($subject: PermissionSubject!) {\n    permissionExplain(subject: $subject, action: \"read\", table: \"Users\") { principal }\n  }\n": types.SubjectDocument,
    "\n  query Explain($subject: PermissionSubject!, $action: String!, $table: String, $function: String) {\n    permissionExplain(subject: $subject, action: $action, table: $table, function: $function) {\n      allowed principal remedy remedyRoleId\n      steps { step ok message }\n      roles { roleId roleName allowed reason filter fields }\n    }\n  }\n": types.ExplainDocument,
    "\n  query UserEmails($part: String!) {\n    usersList(filter: { email: { contains: $part } }, sort: [{ email: ASC }], first: 8) { items { id email } }\n  }\n": types.UserEmailsDocument,
    "\n  mutation AdministratorClaim($code: String!) {\n    administratorClaim(code: $code) { id }\n  }\n": types.AdministratorClaimDocument,
    "\n  mutation SignUp($email: String!, $authProfileId: ID) {\n    userSignUpWithToken(user: { email: $email }, authProfileId: $authProfileId) { id }\n  }\n": types.SignUpDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TokenNames($first: Int, $after: String) {\n    apiTokensList(first: $first, after: $after) { items { id name } }\n  }\n"): typeof import('./graphql').TokenNamesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AdministratorNeeded { administratorNeeded }\n"): typeof import('./graphql').AdministratorNeededDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation IdentityLink($idToken: String!) {\n    userIdentityLink(data: { idToken: $idToken }) { id }\n  }\n"): typeof import('./graphql').IdentityLinkDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Me {\n    user {\n      id\n      email\n      firstName\n      lastName\n      roles { items { id name permissions } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n"): typeof import('./graphql').MeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Resources {\n    permissionResources {\n      tables { name list fields { name type operators } relations { name table many } }\n      functions\n      variables\n    }\n  }\n"): typeof import('./graphql').ResourcesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RoleNames($first: Int, $after: String) {\n    rolesList(first: $first, after: $after) { items { id name } }\n  }\n"): typeof import('./graphql').RoleNamesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Activity($filter: AuditEventFilter, $first: Int, $last: Int, $after: String, $before: String) {\n    auditEventsList(filter: $filter, first: $first, last: $last, after: $after, before: $before) {\n      items { id createdAt actorKind actorId actorName action table recordId before after }\n    }\n  }\n"): typeof import('./graphql').ActivityDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PerDay($from: String, $to: String) {\n    activityPerDay(from: $from, to: $to) { day signIns signUps refused refusals { reason count } }\n  }\n"): typeof import('./graphql').PerDayDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiTokens($first: Int, $last: Int, $after: String, $before: String) {\n    apiTokensList(first: $first, last: $last, after: $after, before: $before) {\n      items { id name expiresAt lastUsedAt revokedAt createdAt updatedAt roles { items { id name } } createdBy { email } }\n    }\n  }\n"): typeof import('./graphql').ApiTokensDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ApiTokenDelete($id: ID!) {\n    apiTokenDelete(filter: { id: $id }) { success }\n  }\n"): typeof import('./graphql').ApiTokenDeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ApiTokenCreate($data: ApiTokenCreateInput!) {\n    apiTokenCreate(data: $data) { id name token }\n  }\n"): typeof import('./graphql').ApiTokenCreateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ApiTokenUpdate($id: ID!, $data: ApiTokenUpdateInput!, $expectedUpdatedAt: DateTime) {\n    apiTokenUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { id }\n  }\n"): typeof import('./graphql').ApiTokenUpdateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Profiles {\n    authenticationProfilesList {\n      items { id name type issuer position declaredInConfiguration selfSignUpEnabled selfSignUpEmailDomains }\n    }\n  }\n"): typeof import('./graphql').ProfilesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ProfileMove($id: ID!, $position: Int!) {\n    authenticationProfileUpdate(filter: { id: $id }, data: { position: $position }) { id }\n  }\n"): typeof import('./graphql').ProfileMoveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ProfileTest($data: AuthenticationProfileCreateInput, $id: ID) {\n    authenticationProfileTest(data: $data, id: $id) { step ok message }\n  }\n"): typeof import('./graphql').ProfileTestDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ProfileCreate($data: AuthenticationProfileCreateInput!) {\n    authenticationProfileCreate(data: $data) { id name }\n  }\n"): typeof import('./graphql').ProfileCreateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Profile($id: ID!) {\n    authenticationProfile(id: $id) {\n      id name type clientId domain issuer audiences hasSecret selfSignUpEnabled selfSignUpEmailDomains\n      roles { items { id name } }\n      linkByEmail onEmailChange callbackUrls logoutUrls databaseName options position declaredInConfiguration updatedAt\n    }\n  }\n"): typeof import('./graphql').ProfileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ProfileUpdate($id: ID!, $data: AuthenticationProfileUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationProfileUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n"): typeof import('./graphql').ProfileUpdateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ProfileDelete($id: ID!) {\n    authenticationProfileDelete(filter: { id: $id }) { success }\n  }\n"): typeof import('./graphql').ProfileDeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Settings {\n    authenticationSettings { allowedCallbacks allowedLogouts allowedWebOrigins updatedAt }\n  }\n"): typeof import('./graphql').SettingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SettingsUpdate($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n"): typeof import('./graphql').SettingsUpdateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Connected {\n    authenticationSettings { allowedCallbacks allowedWebOrigins updatedAt }\n    authenticationProfilesList { items { id callbackUrls } }\n  }\n"): typeof import('./graphql').ConnectedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CallbackAllow($data: AuthenticationSettingUpdateInput!, $expectedUpdatedAt: DateTime) {\n    authenticationSettingsUpdate(data: $data, expectedUpdatedAt: $expectedUpdatedAt) { allowedCallbacks }\n  }\n"): typeof import('./graphql').CallbackAllowDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FilterCheck($table: String!, $filter: JSON!) {\n    permissionFilterCheck(table: $table, filter: $filter) { valid path reason count }\n  }\n"): typeof import('./graphql').FilterCheckDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Role($id: ID!) {\n    role(id: $id) { id name description permissions updatedAt }\n  }\n"): typeof import('./graphql').RoleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RoleUpdate($id: ID!, $data: RoleUpdateInput!, $expectedUpdatedAt: DateTime) {\n    roleUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n"): typeof import('./graphql').RoleUpdateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RoleDelete($id: ID!) {\n    roleDelete(filter: { id: $id }) { success }\n  }\n"): typeof import('./graphql').RoleDeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Roles($first: Int, $last: Int, $after: String, $before: String) {\n    rolesList(first: $first, last: $last, after: $after, before: $before) { items { id name description permissions } }\n  }\n"): typeof import('./graphql').RolesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RoleCreate($data: RoleCreateInput!) {\n    roleCreate(data: $data) { id }\n  }\n"): typeof import('./graphql').RoleCreateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RoleTokens($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    apiTokensList(filter: { roles: { some: { id: { equals: $id } } } }, first: $first, last: $last, after: $after, before: $before) {\n      items { id name expiresAt revokedAt lastUsedAt }\n    }\n  }\n"): typeof import('./graphql').RoleTokensDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TokenRoles($id: ID!, $roles: ApiTokenRolesUpdateRelationInput!) {\n    apiTokenUpdate(filter: { id: $id }, data: { roles: $roles }) { id name }\n  }\n"): typeof import('./graphql').TokenRolesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RoleUsers($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    role(id: $id) {\n      users(sort: [{ email: ASC }], first: $first, last: $last, after: $after, before: $before) { items { id email firstName lastName } }\n    }\n  }\n"): typeof import('./graphql').RoleUsersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RoleGive($email: String!, $roleId: ID!) {\n    userUpdate(filter: { email: $email }, data: { roles: { connect: [{ id: $roleId }] } }) { id }\n  }\n"): typeof import('./graphql').RoleGiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RoleTake($userId: ID!, $roleId: ID!) {\n    userUpdate(filter: { id: $userId }, data: { roles: { disconnect: [{ id: $roleId }] } }) { id }\n  }\n"): typeof import('./graphql').RoleTakeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation IdentityDelete($id: ID!, $data: UserIdentityDeleteInput!) {\n    userIdentityDelete(filter: { id: $id }, data: $data) { success }\n  }\n"): typeof import('./graphql').IdentityDeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation IdentityRestore($id: ID!, $data: UserIdentityRestoreInput!) {\n    userIdentityRestore(filter: { id: $id }, data: $data) { success }\n  }\n"): typeof import('./graphql').IdentityRestoreDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {\n    userInvite(email: $email, firstName: $firstName, lastName: $lastName, roles: $roles, authProfileId: $authProfileId) { id email }\n  }\n"): typeof import('./graphql').InviteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SignIns($userId: ID!, $first: Int, $last: Int, $after: String, $before: String) {\n    signInsList(filter: { userId: { equals: $userId } }, first: $first, last: $last, after: $after, before: $before) {\n      items { id createdAt profileName issuer ip userAgent }\n    }\n  }\n"): typeof import('./graphql').SignInsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query User($id: ID!) {\n    user(id: $id) {\n      id email firstName lastName status timezone origin createdAt updatedAt\n      createdBy { id email }\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n      identities { issuer subject email emailVerified profileId profileName emailDiffers }\n      removedIdentities { issuer subject email emailVerified profileId profileName emailDiffers }\n    }\n  }\n"): typeof import('./graphql').UserDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UserUpdate($id: ID!, $data: UserUpdateInput!, $expectedUpdatedAt: DateTime) {\n    userUpdate(filter: { id: $id }, data: $data, expectedUpdatedAt: $expectedUpdatedAt) { updatedAt }\n  }\n"): typeof import('./graphql').UserUpdateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RolePermissions($ids: [ID!]) {\n    rolesList(filter: { id: { in: $ids } }) { items { id permissions } }\n  }\n"): typeof import('./graphql').RolePermissionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UserDelete($id: ID!) {\n    userDelete(filter: { id: $id }) { success }\n  }\n"): typeof import('./graphql').UserDeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Users($filter: UserFilter, $sort: [UserSort!], $first: Int, $last: Int, $after: String, $before: String) {\n    usersList(filter: $filter, sort: $sort, first: $first, last: $last, after: $after, before: $before) {\n      items { id email firstName lastName origin createdAt roles { items { id name } } }\n    }\n  }\n"): typeof import('./graphql').UsersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UsersCount($filter: UserFilter) {\n    usersList(filter: $filter, first: 1) { count }\n  }\n"): typeof import('./graphql').UsersCountDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Reading($subject: PermissionSubject!, $table: String!) {\n    permissionExplain(subject: $subject, action: \"read\", table: $table) {\n      allowed remedy remedyRoleId\n      steps { step ok message }\n      roles { roleId roleName allowed reason fields }\n    }\n  }\n"): typeof import('./graphql').ReadingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Comparison($first: PermissionSubject!, $second: PermissionSubject!) {\n    permissionComparison(first: $first, second: $second) {\n      first second\n      items {\n        resource resourceType action same\n        first { allowed everyRecord fields filter count }\n        second { allowed everyRecord fields filter count }\n      }\n    }\n  }\n"): typeof import('./graphql').ComparisonDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UsersToChoose($filter: UserFilter) {\n    usersList(filter: $filter, sort: [{ email: ASC }], first: 8) { items { id email } }\n  }\n"): typeof import('./graphql').UsersToChooseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Subject($subject: PermissionSubject!) {\n    permissionExplain(subject: $subject, action: \"read\", table: \"Users\") { principal }\n  }\n"): typeof import('./graphql').SubjectDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Explain($subject: PermissionSubject!, $action: String!, $table: String, $function: String) {\n    permissionExplain(subject: $subject, action: $action, table: $table, function: $function) {\n      allowed principal remedy remedyRoleId\n      steps { step ok message }\n      roles { roleId roleName allowed reason filter fields }\n    }\n  }\n"): typeof import('./graphql').ExplainDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UserEmails($part: String!) {\n    usersList(filter: { email: { contains: $part } }, sort: [{ email: ASC }], first: 8) { items { id email } }\n  }\n"): typeof import('./graphql').UserEmailsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AdministratorClaim($code: String!) {\n    administratorClaim(code: $code) { id }\n  }\n"): typeof import('./graphql').AdministratorClaimDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignUp($email: String!, $authProfileId: ID) {\n    userSignUpWithToken(user: { email: $email }, authProfileId: $authProfileId) { id }\n  }\n"): typeof import('./graphql').SignUpDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
