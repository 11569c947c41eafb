import { createError } from '@fastify/error'

/** The plugin was registered with options that do not fit; the message names them. */
export const ROLE_PERMISSIONS_ERR_INVALID_OPTIONS = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_OPTIONS', 'Invalid role-permissions options: %s')

/** A role's name or description does not fit; `details` says so by field. */
export const ROLE_PERMISSIONS_ERR_INVALID_ROLE = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_ROLE', 'Invalid role: %s', 400)

/** A role's permissions are not what they should be; `path` and `reason` say where and why. */
export const ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS', 'Invalid permissions: %s', 400)

/** Another role has this name. */
export const ROLE_PERMISSIONS_ERR_ROLE_EXISTS = createError('ROLE_PERMISSIONS_ERR_ROLE_EXISTS', 'A role with this name exists already', 409)

/** There is no role with this id. */
export const ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND = createError('ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND', 'Role not found', 404)

/** Administrator and Guest can be edited, but not deleted. */
export const ROLE_PERMISSIONS_ERR_BUILTIN_ROLE = createError('ROLE_PERMISSIONS_ERR_BUILTIN_ROLE', 'The built-in roles Administrator and Guest cannot be deleted; take their permissions away instead', 409)

/** The change would leave no role that may do everything, and nobody could undo it. */
export const ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR = createError('ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR', 'At least one role must keep { "all": true }; give it to another role first', 409)

/** The change would leave no user who may do everything, where there was one. */
export const ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT = createError('ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT', 'At least one user must keep a role that may do everything; give it to another user first', 409)

/** There is no user with this id, where it is known where users are. */
export const ROLE_PERMISSIONS_ERR_USER_NOT_FOUND = createError('ROLE_PERMISSIONS_ERR_USER_NOT_FOUND', 'User not found', 404)

/** No role may do everything, so that nobody can be given one. */
export const ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE = createError('ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE', 'No role may do everything: give one the permissions { "all": true } first, in the configuration', 409)

/** The principal lacks the permission; `details` names what was missing, `explanation` says why. */
export const ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED = createError('ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED', 'Not Authorized', 403)

/** Another table was declared by this name before. */
export const ROLE_PERMISSIONS_ERR_TABLE_DECLARED = createError<[string]>('ROLE_PERMISSIONS_ERR_TABLE_DECLARED', 'Another table is declared as %s already')
