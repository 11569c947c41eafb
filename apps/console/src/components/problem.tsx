import { Alert, Button, Code, List, Text } from '@mantine/core'
import { IconAlertTriangle, IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { ApiError, UnreachableError } from '../api/api-error'
import { TextLink } from './links'

interface ProblemProps {
  error: Error
  /** What was tried, such as "The user was not changed". */
  title?: string
  retry?: () => void
}

/** What went wrong, and what can be done about it. */
export function Problem ({ error, title, retry }: ProblemProps) {
  if (error instanceof ApiError && error.code === 'NotAuthorizedError') return <Refused error={error} title={title} />
  return (
    <Alert role='alert' color='red' icon={<IconAlertTriangle aria-hidden />} title={title ?? titleOf(error)}>
      <Explanation error={error} />
      {retry !== undefined && <Button mt='sm' size='xs' variant='default' onClick={retry}>Try again</Button>}
    </Alert>
  )
}

function titleOf (error: Error): string {
  if (error instanceof UnreachableError) return 'The server does not answer'
  return error instanceof ApiError && error.code === 'EntityNotFoundError' ? 'Not found' : 'That did not work'
}

function Explanation ({ error }: { error: Error }): ReactNode {
  const details = error instanceof ApiError ? Object.entries(error.details) : []
  if (details.length === 0) return <Text size='sm'>{error.message}</Text>
  return (
    <List size='sm' listStyleType='none'>
      {details.map(([field, reason]) => <List.Item key={field}><Code>{field}</Code> {String(reason)}</List.Item>)}
    </List>
  )
}

/** What was refused, and the permission that is missing for it. */
function Refused ({ error, title }: { error: ApiError, title: string | undefined }) {
  const { resource, action, field } = error.details as { resource?: string, action?: string, field?: string }
  const roles = Array.isArray(error.details.roles) ? error.details.roles.join(', ') : null
  return (
    <Alert role='alert' color='orange' icon={<IconLock aria-hidden />} title={title ?? 'You may not do this'}>
      {resource === undefined || resource === '*'
        ? <Text size='sm'>{resource === '*' ? 'The API refused it: this is for who may do everything. Remedy: an administrator does it, or gives you a role that may do everything.' : reasons[error.reason ?? ''] ?? error.message}</Text>
        : (
          <>
            <Text size='sm'>
              The API refused it: none of your roles allows to <Code>{action}</Code> {field !== undefined && <>the field <Code>{field}</Code> of </>}<Code>{resource}</Code>
              {roles !== null && <> ({roles})</>} as far as this needs it.
            </Text>
            <Text size='sm' mt='xs'>
              Remedy: somebody who may change roles allows it in one of yours, under <TextLink to='/roles'>Roles</TextLink> → Data → {resource} → {action}, or gives you a role that has it. <TextLink to='/why'>Why?</TextLink> says what each of your roles says, to who may read roles.
            </Text>
          </>
          )}
    </Alert>
  )
}

/** Why a token is nobody's, by the API's word for it. */
const reasons: Readonly<Record<string, string>> = {
  email_mismatch: 'The email of your sign-in is another one than that of your user. Remedy: an administrator changes the email of the user, or you sign in with the former address.',
  identity_not_linked: 'A user has your email, and this way to sign in is not bound to it, or was removed from it. Remedy: sign in as you did before; an app may let you link this one then. Or confirm your email at this provider. If neither helps, somebody may have signed up with your email: ask an administrator.'
}
