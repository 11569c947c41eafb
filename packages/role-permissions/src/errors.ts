import { createError } from '@fastify/error'

/** The plugin's options are invalid; the message names them. */
export const ROLE_PERMISSIONS_ERR_INVALID_OPTIONS = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_OPTIONS', 'Invalid role-permissions options: %s')

/** A role's name or description is invalid; `details` has the reasons by field. */
export const ROLE_PERMISSIONS_ERR_INVALID_ROLE = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_ROLE', 'Invalid role: %s', 400)

/** A role's permissions are invalid; `path` and `reason` say where and why. */
export const ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS', 'Invalid permissions: %s', 400)

/** Another role has this name. */
export const ROLE_PERMISSIONS_ERR_ROLE_EXISTS = createError('ROLE_PERMISSIONS_ERR_ROLE_EXISTS', 'A role with this name already exists', 409)

/** There is no role with this id. */
export const ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND = createError('ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND', 'Role not found', 404)

/** Administrator and Guest can be edited, but not deleted. */
export const ROLE_PERMISSIONS_ERR_BUILTIN_ROLE = createError('ROLE_PERMISSIONS_ERR_BUILTIN_ROLE', 'The built-in roles Administrator and Guest cannot be deleted. Remove their permissions instead', 409)

/** The change would leave no role with full access, and nobody could undo it. */
export const ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR = createError('ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR', 'At least one role must keep { "all": true }. Give it to another role first', 409)

/** The change would remove the last user with full access. */
export const ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT = createError('ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT', 'At least one user must keep a role with full access. Assign one to another user first', 409)

/** There is no user with this ID. Thrown only if `declareUsers` says where users are stored. */
export const ROLE_PERMISSIONS_ERR_USER_NOT_FOUND = createError('ROLE_PERMISSIONS_ERR_USER_NOT_FOUND', 'User not found', 404)

/** No role has full access, so there is none to assign. */
export const ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE = createError('ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE', 'No role has full access. Give a role the permissions { "all": true } in the configuration first', 409)

/** The principal lacks the permission; `details` names what was missing, `explanation` says why. */
export const ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED = createError('ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED', 'Not Authorized', 403)

/** What is declared for permissions has the wrong form. The message names the method, what is wrong and what it must be. */
export const ROLE_PERMISSIONS_ERR_INVALID_DECLARATION = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_DECLARATION', 'Invalid declaration: %s')

/** A decision was asked for with an unknown action, or a resource of the wrong form, which nobody could ever be allowed. The message lists what exists. */
export const ROLE_PERMISSIONS_ERR_INVALID_QUESTION = createError<[string]>('ROLE_PERMISSIONS_ERR_INVALID_QUESTION', 'Invalid permission question: %s')

/** Another table has already been declared under this name. */
export const ROLE_PERMISSIONS_ERR_TABLE_DECLARED = createError<[string]>('ROLE_PERMISSIONS_ERR_TABLE_DECLARED', 'Another table is already declared as %s')
