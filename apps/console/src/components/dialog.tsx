import { Modal, type ModalProps } from '@mantine/core'
import { useIsWaiting } from '../session/sign-in-again'

/** A modal dialog, which traps the focus and returns it when closed. */
export function Dialog (props: ModalProps) {
  // Escape must not close a dialog that lies under the one that asks the user to sign in again.
  const isCovered = useIsWaiting()
  // The header element of a dialog must not count as the page's banner landmark.
  return <Modal attributes={{ header: { role: 'presentation' } }} closeButtonProps={{ 'aria-label': 'Close' }} overlayProps={{ backgroundOpacity: 0.55 }} transitionProps={{ duration: 0 }} size='lg' closeOnEscape={!isCovered} {...props} />
}
