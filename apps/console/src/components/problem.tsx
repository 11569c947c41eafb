import { Alert, Button, Code, List, Text } from '@mantine/core'
import { IconAlertTriangle, IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { ApiError, UnreachableError } from '../api/api-error'
import { TextLink } from './links'

interface ProblemProps {
  error: Error
  /** What failed, such as "Couldn't save the user". */
  title?: string
  retry?: () => void
}

/** An error: what went wrong, and what to do about it. */
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
  if (error instanceof UnreachableError) return 'Couldn\'t reach the server'
  return error instanceof ApiError && error.code === 'EntityNotFoundError' ? 'Not found' : 'Something went wrong'
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

/** A refusal, with the missing permission. */
function Refused ({ error, title }: { error: ApiError, title: string | undefined }) {
  const { resource, action, field } = error.details as { resource?: string, action?: string, field?: string }
  const roles = Array.isArray(error.details.roles) ? error.details.roles.join(', ') : null
  return (
    <Alert role='alert' color='orange' icon={<IconLock aria-hidden />} title={title ?? 'You don\'t have permission to do this'}>
      {resource === undefined || resource === '*'
        ? <Text size='sm'>{resource === '*' ? 'This requires a role with full access. Ask an administrator to do it, or to give you such a role.' : reasons[error.reason ?? ''] ?? error.message}</Text>
        : (
          <>
            <Text size='sm'>
              This needs permission to <Code>{action}</Code> {field !== undefined && <>the field <Code>{field}</Code> of </>}<Code>{resource}</Code>.
              Your roles{roles !== null && <> ({roles})</>} don't allow it, or not for all records.
            </Text>
            <Text size='sm' mt='xs'>
              Ask an administrator to allow it in one of your roles, under <TextLink to='/roles'>Roles</TextLink> → Data → {resource} → {action}, or to give you a role that allows it. If you can read roles, <TextLink to='/why'>Check access</TextLink> shows what each of yours allows.
            </Text>
          </>
          )}
    </Alert>
  )
}

/** Why a valid token belongs to no user, by the API's reason. */
const reasons: Readonly<Record<string, string>> = {
  email_mismatch: 'The email you signed in with differs from the email of your user. Ask an administrator to change the email of your user, or sign in with the previous email.',
  identity_not_linked: 'A user with your email exists, but the account you signed in with isn\'t linked to it, or was removed from it. Sign in as you did before, then choose “Your user” in the account menu and link this account. Or confirm your email at this provider. If neither helps, someone else may have signed up with your email: ask an administrator.'
}
