/** Owns the question before a page is left whose input isn't saved. */
import { useBlocker } from '@tanstack/react-router'
import { useEffect } from 'react'

/** The open forms with input that isn't saved. */
const unsaved = new Set<object>()

/** Says whether a form has input that isn't saved, and that would be lost with the page. */
export function useUnsaved (isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return
    const form = {}
    unsaved.add(form)
    return () => { unsaved.delete(form) }
  }, [isUnsaved])
}

/** Asks before another page is shown, or the tab is closed, while a form has unsaved input. Used once, around all pages. */
export function useLeaveQuestion (): void {
  useBlocker({
    // The search parameters of a page choose what it shows, such as a tab.
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && !mayLeave(),
    enableBeforeUnload: () => unsaved.size > 0
  })
}

/** Whether nothing would be lost, or the user agrees. */
export function mayLeave (): boolean {
  return unsaved.size === 0 || window.confirm('Leave without saving your changes?')
}

/** Drops what is unsaved, so that the page can be left without a question. */
export function forgetUnsaved (): void {
  unsaved.clear()
}
