import { useState, type ComponentProps } from 'react'

/**
 * The element of all buttons. If one is disabled while it has the focus, such as a save button while it saves and after it,
 * it keeps the focus and does nothing: browsers take the focus from disabled elements, and the keyboard would start over at the
 * top of the page.
 */
export function SteadyButton ({ disabled = false, type = 'button', onClick, onFocus, onBlur, ...props }: ComponentProps<'button'>) {
  const [isFocused, setFocused] = useState(false)
  return (
    <button
      {...props} type={type} disabled={disabled && !isFocused} aria-disabled={disabled && isFocused ? true : undefined}
      onClick={disabled ? event => { event.preventDefault() } : onClick}
      onFocus={event => {
        setFocused(true)
        onFocus?.(event)
      }}
      onBlur={event => {
        // It is still the active element if it is only the window that has lost the focus.
        setFocused(document.activeElement === event.currentTarget)
        onBlur?.(event)
      }}
    />
  )
}
