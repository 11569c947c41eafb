/** Owns the question before a page is left, or a dialog closed, whose input isn't saved. */
import { useBlocker } from '@tanstack/react-router'
import { createContext, useContext, useEffect } from 'react'

/** The open forms with input that isn't saved. */
const unsaved = new Set<object>()

/** Those of them in the dialog around a component. */
export const DialogForms = createContext<Set<object> | null>(null)

/** Says whether a form has input that isn't saved, and that would be lost with the page or the dialog. */
export function useUnsaved (isUnsaved: boolean): void {
  const inDialog = useContext(DialogForms)
  useEffect(() => {
    if (!isUnsaved) return
    const form = {}
    unsaved.add(form)
    inDialog?.add(form)
    return () => {
      unsaved.delete(form)
      inDialog?.delete(form)
    }
  }, [isUnsaved, inDialog])
}

/** Asks before another page is shown, or the tab is closed, while a form has unsaved input. Used once, around all pages. */
export function useLeaveQuestion (): void {
  useBlocker({
    // The search parameters of a page choose what it shows, such as a tab.
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && !mayLeave(),
    enableBeforeUnload: () => unsaved.size > 0
  })
}

/** Whether nothing would be lost, or the user agrees. @param forms the forms that would be left; by default all of them */
export function mayLeave (forms: ReadonlySet<object> = unsaved): boolean {
  return forms.size === 0 || window.confirm('Leave without saving your changes?')
}

/** Drops what is unsaved, so that the page can be left without a question. */
export function forgetUnsaved (): void {
  unsaved.clear()
}
