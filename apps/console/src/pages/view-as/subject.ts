// The subject to view as, in the form that addresses use: "user:<id>", "token:<id>", "roles:<id>,<id>" or "guest".
import { queryOptions } from '@tanstack/react-query'
import { ask, type ViewedAs } from '../../api/ask'
import { graphql } from '../../graphql'

const SubjectDocument = graphql(`
  query Subject($subject: PermissionSubject!) {
    permissionExplain(subject: $subject, action: "read", table: "Users") { principal }
  }
`)

export function subjectText (subject: ViewedAs): string {
  if ('userId' in subject) return `user:${subject.userId}`
  if ('apiTokenId' in subject) return `token:${subject.apiTokenId}`
  if ('roleIds' in subject) return `roles:${subject.roleIds.join(',')}`
  return 'guest'
}

/** The subject that an address names, or null. */
export function readSubject (text: string | undefined): ViewedAs | null {
  if (text === 'guest') return { guest: true }
  const [, kind, ids = ''] = /^(user|token|roles):(.*)$/.exec(text ?? '') ?? []
  if (kind === 'roles') return { roleIds: ids.split(',').filter(id => id !== '') }
  if (ids === '') return null
  return kind === 'user' ? { userId: ids } : kind === 'token' ? { apiTokenId: ids } : null
}

/** A short description of the subject. */
export const subjectQuery = (subject: ViewedAs) => queryOptions({
  queryKey: ['subject', subject],
  queryFn: async () => {
    const { principal } = (await ask(SubjectDocument, { subject })).permissionExplain
    return principal.startsWith('A guest') ? 'A guest' : principal
  }
})
