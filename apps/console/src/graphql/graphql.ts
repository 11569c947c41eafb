/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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
  /** Compared with a time so long before or after now. */
  relative?: DateRelativePredicates | null | undefined;
};

/** All that is given must hold. A text may be a variable: __loggedInUserId, __loggedInUserEmail, __requestingApiToken. */
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

/** All that is given must hold. */
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

export type SortOrder =
  | 'ASC'
  | 'DESC';

/** All that is given must hold; compares exactly, upper and lower case differ. A text may be a variable, as in IDPredicate. */
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

/** All that is given must hold. */
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

export type UserRelationFilter = {
  every?: UserFilter | null | undefined;
  is_empty?: boolean | null | undefined;
  is_not_empty?: boolean | null | undefined;
  none?: UserFilter | null | undefined;
  some?: UserFilter | null | undefined;
};

/** One field in each: a list of several sorts by the first of them, then by the next. */
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

/** Either reconnect, which gives all roles that the user is to have, or those to add and to take. */
export type UsersRolesUpdateRelationInput = {
  connect?: Array<RoleKeyFilter> | null | undefined;
  disconnect?: Array<RoleKeyFilter> | null | undefined;
  reconnect?: Array<RoleKeyFilter> | null | undefined;
};

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { user: { id: string | null, email: string | null, firstName: string | null, lastName: string | null, roles: { items: Array<{ id: string | null, name: string | null }> } | null, permissions: { items: Array<{ resource: string | null, resourceType: string | null, permission: unknown }> } | null } | null };

export type RoleNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type RoleNamesQuery = { rolesList: { items: Array<{ id: string | null, name: string | null }> } };

export type InviteMutationVariables = Exact<{
  email: string;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  roles?: UsersRolesRelationInput | null | undefined;
  authProfileId?: string | null | undefined;
}>;


export type InviteMutation = { userInvite: { id: string | null, email: string | null } };

export type UserQueryVariables = Exact<{
  id: string;
}>;


export type UserQuery = { user: { id: string | null, email: string | null, firstName: string | null, lastName: string | null, status: string | null, timezone: string | null, origin: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { id: string | null, email: string | null } | null, roles: { items: Array<{ id: string | null, name: string | null }> } | null, permissions: { items: Array<{ resource: string | null, resourceType: string | null, permission: unknown }> } | null } | null };

export type UserUpdateMutationVariables = Exact<{
  id: string;
  data: UserUpdateInput;
}>;


export type UserUpdateMutation = { userUpdate: { id: string | null } };

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
export const RoleNamesDocument = new TypedDocumentString(`
    query RoleNames {
  rolesList(first: 1000) {
    items {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<RoleNamesQuery, RoleNamesQueryVariables>;
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
  }
}
    `) as unknown as TypedDocumentString<UserQuery, UserQueryVariables>;
export const UserUpdateDocument = new TypedDocumentString(`
    mutation UserUpdate($id: ID!, $data: UserUpdateInput!) {
  userUpdate(filter: {id: $id}, data: $data) {
    id
  }
}
    `) as unknown as TypedDocumentString<UserUpdateMutation, UserUpdateMutationVariables>;
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
export const SignUpDocument = new TypedDocumentString(`
    mutation SignUp($email: String!, $authProfileId: ID) {
  userSignUpWithToken(user: {email: $email}, authProfileId: $authProfileId) {
    id
  }
}
    `) as unknown as TypedDocumentString<SignUpMutation, SignUpMutationVariables>;