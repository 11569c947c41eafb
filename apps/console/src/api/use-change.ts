import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'

interface Change<Input, Result> {
  /** Asks the API for it. */
  change: (input: Input) => Promise<Result>
  /** What is said when it is done. */
  done: string | ((result: Result, input: Input) => string)
  onDone?: (result: Result, input: Input) => void
}

/** A change by the API, after which everything shown is asked for again. */
export function useChange<Input, Result> ({ change, done, onDone }: Change<Input, Result>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (result, input) => {
      onDone?.(result, input)
      client.invalidateQueries()
      notifications.show({ message: typeof done === 'string' ? done : done(result, input), closeButtonProps: { 'aria-label': 'Close the message' } })
    }
  })
}
