import { Modal, type ModalProps } from '@mantine/core'

/** A dialog over the page, which keeps the focus and gives it back. */
export function Dialog (props: ModalProps) {
  // The heading of a dialog is no banner of the page.
  return <Modal attributes={{ header: { role: 'presentation' } }} closeButtonProps={{ 'aria-label': 'Close' }} overlayProps={{ backgroundOpacity: 0.55 }} transitionProps={{ duration: 0 }} size='lg' {...props} />
}
