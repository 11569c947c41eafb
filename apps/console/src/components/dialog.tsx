import { Modal, type ModalProps } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { DialogForms, mayLeave } from '../api/unsaved'
import { useIsWaiting } from '../session/sign-in-again'

/**
 * A modal dialog, which traps the focus and returns it when closed. Before Escape, the X or a click outside close it, it asks
 * if input would be lost. A Cancel button that calls `onClose` itself doesn't ask.
 */
export function Dialog ({ opened, onClose, children, ...props }: ModalProps) {
  // Escape must not close a dialog that lies under the one that asks the user to sign in again.
  const isCovered = useIsWaiting()
  const [forms] = useState(() => new Set<object>())
  const close = () => { if (mayLeave(forms)) onClose() }
  // One that is open from the start has nothing to return the focus to.
  const isFirst = useRef(opened)
  useEffect(() => {
    if (opened) return
    if (isFirst.current) document.querySelector('main')?.focus()
    isFirst.current = false
  }, [opened])
  return (
    // The header element of a dialog must not count as the page's banner landmark.
    <Modal attributes={{ header: { role: 'presentation' } }} closeButtonProps={{ 'aria-label': 'Close' }} overlayProps={{ backgroundOpacity: 0.55 }} transitionProps={{ duration: 0 }} size='lg' closeOnEscape={!isCovered} opened={opened} onClose={close} {...props}>
      <DialogForms value={forms}>{children}</DialogForms>
    </Modal>
  )
}
