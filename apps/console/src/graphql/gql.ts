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
    "\n  query Me {\n    user {\n      id\n      email\n      firstName\n      lastName\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n": typeof types.MeDocument,
    "\n  query RoleNames {\n    rolesList(first: 1000) { items { id name } }\n  }\n": typeof types.RoleNamesDocument,
    "\n  mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {\n    userInvite(email: $email, firstName: $firstName, lastName: $lastName, roles: $roles, authProfileId: $authProfileId) { id email }\n  }\n": typeof types.InviteDocument,
    "\n  query User($id: ID!) {\n    user(id: $id) {\n      id email firstName lastName status timezone origin createdAt updatedAt\n      createdBy { id email }\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n": typeof types.UserDocument,
    "\n  mutation UserUpdate($id: ID!, $data: UserUpdateInput!) {\n    userUpdate(filter: { id: $id }, data: $data) { id }\n  }\n": typeof types.UserUpdateDocument,
    "\n  mutation UserDelete($id: ID!) {\n    userDelete(filter: { id: $id }) { success }\n  }\n": typeof types.UserDeleteDocument,
    "\n  query Users($filter: UserFilter, $sort: [UserSort!], $first: Int, $last: Int, $after: String, $before: String) {\n    usersList(filter: $filter, sort: $sort, first: $first, last: $last, after: $after, before: $before) {\n      items { id email firstName lastName origin createdAt roles { items { id name } } }\n    }\n  }\n": typeof types.UsersDocument,
    "\n  query UsersCount($filter: UserFilter) {\n    usersList(filter: $filter, first: 1) { count }\n  }\n": typeof types.UsersCountDocument,
    "\n  mutation SignUp($email: String!, $authProfileId: ID) {\n    userSignUpWithToken(user: { email: $email }, authProfileId: $authProfileId) { id }\n  }\n": typeof types.SignUpDocument,
};
const documents: Documents = {
    "\n  query Me {\n    user {\n      id\n      email\n      firstName\n      lastName\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n": types.MeDocument,
    "\n  query RoleNames {\n    rolesList(first: 1000) { items { id name } }\n  }\n": types.RoleNamesDocument,
    "\n  mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {\n    userInvite(email: $email, firstName: $firstName, lastName: $lastName, roles: $roles, authProfileId: $authProfileId) { id email }\n  }\n": types.InviteDocument,
    "\n  query User($id: ID!) {\n    user(id: $id) {\n      id email firstName lastName status timezone origin createdAt updatedAt\n      createdBy { id email }\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n": types.UserDocument,
    "\n  mutation UserUpdate($id: ID!, $data: UserUpdateInput!) {\n    userUpdate(filter: { id: $id }, data: $data) { id }\n  }\n": types.UserUpdateDocument,
    "\n  mutation UserDelete($id: ID!) {\n    userDelete(filter: { id: $id }) { success }\n  }\n": types.UserDeleteDocument,
    "\n  query Users($filter: UserFilter, $sort: [UserSort!], $first: Int, $last: Int, $after: String, $before: String) {\n    usersList(filter: $filter, sort: $sort, first: $first, last: $last, after: $after, before: $before) {\n      items { id email firstName lastName origin createdAt roles { items { id name } } }\n    }\n  }\n": types.UsersDocument,
    "\n  query UsersCount($filter: UserFilter) {\n    usersList(filter: $filter, first: 1) { count }\n  }\n": types.UsersCountDocument,
    "\n  mutation SignUp($email: String!, $authProfileId: ID) {\n    userSignUpWithToken(user: { email: $email }, authProfileId: $authProfileId) { id }\n  }\n": types.SignUpDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Me {\n    user {\n      id\n      email\n      firstName\n      lastName\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n"): typeof import('./graphql').MeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RoleNames {\n    rolesList(first: 1000) { items { id name } }\n  }\n"): typeof import('./graphql').RoleNamesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Invite($email: String!, $firstName: String, $lastName: String, $roles: UsersRolesRelationInput, $authProfileId: ID) {\n    userInvite(email: $email, firstName: $firstName, lastName: $lastName, roles: $roles, authProfileId: $authProfileId) { id email }\n  }\n"): typeof import('./graphql').InviteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query User($id: ID!) {\n    user(id: $id) {\n      id email firstName lastName status timezone origin createdAt updatedAt\n      createdBy { id email }\n      roles { items { id name } }\n      permissions { items { resource resourceType permission } }\n    }\n  }\n"): typeof import('./graphql').UserDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UserUpdate($id: ID!, $data: UserUpdateInput!) {\n    userUpdate(filter: { id: $id }, data: $data) { id }\n  }\n"): typeof import('./graphql').UserUpdateDocument;
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
export function graphql(source: "\n  mutation SignUp($email: String!, $authProfileId: ID) {\n    userSignUpWithToken(user: { email: $email }, authProfileId: $authProfileId) { id }\n  }\n"): typeof import('./graphql').SignUpDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
