/**
 * Owns roles, their permissions, the assignment of roles to users, and the decision whether a principal may do
 * something: `fastify.rolePermissions` and `request.principal`. It verifies no tokens and knows no providers:
 * your authentication sets the principal.
 */
import { migrate } from '@latchkey/database'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { migrations, packageName } from './migrations.js'
import { openService } from './open-service.js'
import { resolveOptions, type RolePermissionsOptions } from './options.js'
import type { Resource } from './permissions.js'
import type { Principal } from './principal.js'
import { checkGuardedQuestion } from './question.js'
import type { RolePermissionsService } from './role-permissions.js'
import './tables.js'
import { undeclaredInGuards } from './undeclared.js'

export type { UsersTable } from './declarations.js'
export { difference, type RoleDifference } from './difference.js'
export * as errors from './errors.js'
export type { InvalidPermissionsError } from './invalid-permissions.js'
export { lint, type LintFinding, type LintRule, type LintSubject } from './lint.js'
export type { RolePermissionsOptions } from './options.js'
export { mayDoEverything, type Action, type ActionPermission, type Resource, type Role, type RolePermissions, type TablePermissions } from './permissions.js'
export { variablesOf, type Principal } from './principal.js'
export type { Allowed, Decision, Denied, Explanation, Grant, Missing, NotAuthorizedError, RolePermissionsService } from './role-permissions.js'
export { replaceRoles, type ReplaceOptions } from './replace-roles.js'
export { defineRoles, type RoleDefinition } from './role-definitions.js'
export type { RolesTable, RoleVersionTable, UserRolesTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Roles, and the decision what a principal can do. */
    rolePermissions: RolePermissionsService
  }
  interface FastifyRequest {
    /** Who this request acts as. `null` until your authentication sets it; permissions treat `null` as Guest. */
    principal: Principal | null
  }
}

async function rolePermissions (fastify: FastifyInstance, options: RolePermissionsOptions): Promise<void> {
  const { roles } = resolveOptions(options)
  await migrate(fastify.db, packageName, migrations)
  const { service, applyConfiguration } = await openService(fastify.db, roles, {
    refresh: error => {
      if (error === undefined) fastify.log.info('The roles are refreshed from the database again')
      else fastify.log.error({ err: error }, 'The roles cannot be refreshed from the database. The known roles stay in force')
    },
    mistake: (role, question, reason) => {
      fastify.log.warn({ role: role.name }, `A permission no longer fits the app's declarations and allows nothing (${question}): ${reason}`)
    },
    undeclared: (role, { kind, name, remedy }) => {
      fastify.log.warn({ role: role.name, [kind]: name }, `The role ${role.name} has permissions on the ${kind} ${name}, which the app does not declare, so they have no effect: ${remedy}`)
    }
  })

  const guarded: Resource[] = []
  let isReady = false
  fastify.decorateRequest('principal', null)
  fastify.decorate('rolePermissions', Object.freeze<RolePermissionsService>({
    ...service,
    guard: (action, resource) => {
      checkGuardedQuestion(action, resource)
      if (!isReady) guarded.push(resource)
      return async request => {
        await service.refresh()
        service.authorize(request.principal ?? service.guest(), action, resource)
      }
    }
  }))
  // Plugins that are registered after this one declare their tables.
  fastify.addHook('onReady', async () => {
    await applyConfiguration()
    isReady = true
    for (const { kind, name, remedy } of undeclaredInGuards(guarded, service)) {
      fastify.log.warn({ [kind]: name }, `A guard asks about the ${kind} ${name}, which the app does not declare, so it admits only roles with full access: ${remedy}`)
    }
  })
}

export default fp(rolePermissions, { name: packageName, fastify: '5.x', dependencies: ['@latchkey/database'] })
