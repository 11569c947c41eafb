import type { User } from '@latchkey/users-store'
import { emailMismatches } from '@latchkey/users-store'
import type { FastifyInstance } from 'fastify'

/** What can be done about a user whose provider has a different email. */
export type EmailFix =
  | { readonly kind: 'agrees', readonly user: User }
  | { readonly kind: 'refused', readonly reason: string, readonly remedy: string }
  | { readonly kind: 'possible', readonly user: User, readonly email: string, readonly issuer: string }

/**
 * Decides whether a user's record may take over the provider's email. The issuer must say that it is verified, since
 * anybody can claim an unverified one, and no other user may have it.
 *
 * @param who the user's id, or the email of the record
 */
export async function planEmailFix ({ db, usersStore }: FastifyInstance, who: string): Promise<EmailFix> {
  const user = who.includes('@') ? await usersStore.findByEmail(who) : await usersStore.findById(who)
  if (user === null) return { kind: 'refused', reason: `there is no user ${who}`, remedy: 'Give the id or the email of a user, as listed by latchkey doctor' }
  const found = (await emailMismatches(db)).filter(({ userId }) => userId === user.id)
  if (found.length === 0) return { kind: 'agrees', user }
  const [first, ...others] = found.filter(({ emailVerified }) => emailVerified === true)
  if (first === undefined) return { kind: 'refused', reason: `the provider does not say that ${found.map(({ email }) => email).join(', ')} is verified`, remedy: 'Have the user confirm the email at the provider and sign in again' }
  if (others.some(({ email }) => email !== first.email)) {
    return { kind: 'refused', reason: `the user's providers have different emails: ${[first, ...others].map(({ issuer, email }) => `${issuer} ${email}`).join(', ')}`, remedy: 'Change the emails at the providers until they agree, then try again' }
  }
  const owner = await usersStore.findByEmail(first.email)
  if (owner !== null) return { kind: 'refused', reason: `another user, ${owner.id}, already has the email ${first.email}`, remedy: 'Decide which of the two records to keep, and delete the other' }
  return { kind: 'possible', user, email: first.email, issuer: first.issuer }
}

/** Updates the record and adds the change to the audit log. @throws USERS_STORE_ERR_EMAIL_TAKEN */
export async function applyEmailFix ({ usersStore, auditLog }: FastifyInstance, { user, email }: Extract<EmailFix, { kind: 'possible' }>): Promise<void> {
  await usersStore.update(user.id, { email }, {
    inTransaction: async (transaction, { before, after }) => {
      await auditLog.record(transaction, { principal: { kind: 'operator' }, action: 'update', table: 'Users', recordId: user.id, before: { ...before }, after: { ...after } })
    }
  })
}
