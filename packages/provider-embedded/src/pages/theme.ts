/** The colors derived from a profile's one color, each with enough contrast (WCAG 2.2, 1.4.3) where it is used. */
export interface Theme {
  readonly accent: string
  /** Text on the accent. */
  readonly onAccent: string
  /** The accent as text on the page's background. */
  readonly accentText: string
}

export const DEFAULT_COLOR = '#3b5bdb'
const LIGHT_BACKGROUND = '#ffffff'
const DARK_BACKGROUND = '#1b1d22'
const ENOUGH = 4.5

/** @param color `#rrggbb` */
export function themeOf (color: string): { light: Theme, dark: Theme } {
  return { light: on(color, LIGHT_BACKGROUND, '#000000'), dark: on(color, DARK_BACKGROUND, '#ffffff') }
}

function on (color: string, background: string, towards: string): Theme {
  // A button must also stand out from the card (1.4.11 requires 3:1).
  const accent = adjusted(color, background, towards, 3)
  return {
    accent,
    onAccent: contrast(accent, '#ffffff') >= ENOUGH ? '#ffffff' : '#111317',
    accentText: adjusted(color, background, towards, ENOUGH)
  }
}

/** Mixes a color with black or white until its contrast with the background is high enough. */
function adjusted (color: string, background: string, towards: string, enough: number): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, towards, share)
    if (contrast(mixed, background) >= enough) return mixed
  }
  return towards
}

function mix (color: string, other: string, share: number): string {
  const [from, to] = [channels(color), channels(other)]
  return `#${from.map((value, index) => Math.round(value + ((to[index] as number) - value) * share).toString(16).padStart(2, '0')).join('')}`
}

/** The contrast ratio of WCAG 2.2, between 1 and 21. */
export function contrast (one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance (color: string): number {
  const [red, green, blue] = channels(color).map(value => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channels (color: string): number[] {
  return [1, 3, 5].map(start => parseInt(color.slice(start, start + 2), 16))
}
