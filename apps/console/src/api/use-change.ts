import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'

interface Change<Input, Result> {
  /** Sends the change to the API. */
  change: (input: Input) => Promise<Result>
  /** The notification shown on success. */
  done: string | ((result: Result, input: Input) => string)
  onDone?: (result: Result, input: Input) => void
}

/** A mutation, after which everything shown is fetched again. */
export function useChange<Input, Result> ({ change, done, onDone }: Change<Input, Result>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (result, input) => {
      onDone?.(result, input)
      client.invalidateQueries()
      notifications.show({ message: typeof done === 'string' ? done : done(result, input), closeButtonProps: { 'aria-label': 'Dismiss' } })
    }
  })
}
