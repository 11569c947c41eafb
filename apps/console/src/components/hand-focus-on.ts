/**
 * The `ref` of an element that goes away when a button in it is pressed. The focus then moves to the page or dialog around it:
 * otherwise it would be lost.
 */
export function handFocusOn (element: HTMLElement | null): (() => void) | undefined {
  if (element === null) return
  return () => {
    if (element.contains(document.activeElement)) element.parentElement?.closest<HTMLElement>('[tabindex="-1"]')?.focus({ preventScroll: true })
  }
}
