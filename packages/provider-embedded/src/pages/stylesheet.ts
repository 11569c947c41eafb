import { createHash } from 'node:crypto'
import { DEFAULT_COLOR, themeOf, type Theme } from './theme.js'

const variables = ({ accent, onAccent, accentText }: Theme) => `--accent:${accent};--on-accent:${onAccent};--accent-text:${accentText};`

// Font sizes are in rem, so that they follow the text size set in the browser.
const rules = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:20px;padding:24px 16px;background:var(--page);color:var(--text);font:400 1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{width:100%;max-width:26.25rem;padding:36px 36px 32px;background:var(--card);border:1px solid var(--line);border-radius:16px;box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.06)}
.brand{display:flex;align-items:center;gap:12px;margin:0 0 28px;font-weight:600}
.mark{display:grid;place-items:center;flex:none;width:2.5rem;height:2.5rem;border-radius:25%;background:var(--accent);color:var(--on-accent);font-size:1.25rem;font-weight:700}
.name{overflow-wrap:anywhere}
h1{margin:0 0 20px;font-size:1.625rem;line-height:1.2;letter-spacing:-.015em;text-wrap:balance}
p{margin:0 0 16px}
.lead{color:var(--muted);margin-bottom:24px}
h1+.lead{margin-top:-12px}
main>:last-child{margin-bottom:0}
.lead strong{color:var(--text);font-weight:600;overflow-wrap:anywhere}
form{margin:0}
.field{margin:0 0 18px}
.label{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 12px;margin-bottom:6px}
label{font-size:.9375rem;font-weight:600}
.optional{font-weight:400;font-size:.8125rem;color:var(--muted)}
input{width:100%;min-height:48px;padding:10px 14px;border:1px solid var(--field-line);border-radius:10px;background:var(--field);color:var(--text);font:inherit}
input[aria-invalid=true]{border-color:var(--danger)}
input.code{font-size:min(1.5rem,8vw);font-weight:600;letter-spacing:.35em;text-align:center;font-variant-numeric:tabular-nums;padding-left:calc(14px + .35em)}
.hint{margin:6px 0 0;font-size:.875rem;color:var(--muted)}
.wrong{margin:6px 0 0;font-size:.875rem;font-weight:500;color:var(--danger)}
.button{display:flex;align-items:center;justify-content:center;width:100%;min-height:48px;padding:10px 16px;border:1px solid transparent;border-radius:10px;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button:hover{filter:brightness(1.08)}
.button.second{margin-top:10px;background:transparent;border-color:var(--field-line);color:var(--text)}
.button.second:hover{background:var(--page);filter:none}
a{color:var(--accent-text);font-weight:500;text-underline-offset:3px}
.quiet{display:inline-flex;align-items:center;min-height:44px;padding:0;border:0;background:none;color:var(--accent-text);font:inherit;font-weight:500;text-decoration:underline;text-underline-offset:3px;cursor:pointer}
.label a{display:inline-block;padding:12px 0;margin:-12px 0;font-size:.875rem}
.foot{display:flex;flex-wrap:wrap;align-items:center;gap:0 6px;margin:20px 0 0;color:var(--muted);font-size:.9375rem}
.foot a{display:inline-flex;align-items:center;min-height:44px}
:focus-visible{outline:3px solid var(--accent-text);outline-offset:2px}
.problem,.done{margin:0 0 24px;padding:14px 16px;border-radius:10px;border:1px solid var(--danger-line);background:var(--danger-back);color:var(--danger);font-weight:500}
.problem:focus{outline:3px solid var(--danger);outline-offset:2px}
.problem ul{margin:6px 0 0;padding-left:20px}
.problem a{color:inherit}
.done{border-color:var(--good-line);background:var(--good-back);color:var(--good)}
.scopes{margin:0 0 24px;padding:0;list-style:none;border:1px solid var(--line);border-radius:10px}
.scopes li{padding:12px 16px}
.scopes li+li{border-top:1px solid var(--line)}
.mail{margin:0 0 20px;padding:16px;border:1px solid var(--line);border-radius:10px;overflow-wrap:anywhere}
.mail h2{margin:0 0 4px;font-size:1.0625rem}
.mail pre{margin:12px 0 0;white-space:pre-wrap;font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.away{display:none}
.wide{max-width:45rem}
.meta{font-size:.875rem;color:var(--muted);margin:0}
@media (max-width:480px){body{justify-content:flex-start;padding:0;background:var(--card)}main{max-width:none;border:0;border-radius:0;box-shadow:none;padding:28px 20px}}
@media (prefers-reduced-motion:no-preference){.button,input{transition:background-color .12s,border-color .12s,filter .12s}}
@media (forced-colors:active){.button,.mark{border:1px solid ButtonText}}
`

const light = '--page:#f4f5f7;--card:#ffffff;--field:#ffffff;--text:#15181d;--muted:#585f6b;--line:#e3e6ea;--field-line:#868e9b;--danger:#b3261e;--danger-back:#fdf1f0;--danger-line:#f0c4c0;--good:#1d6b3a;--good-back:#eef8f1;--good-line:#bfe0ca;'
const dark = '--page:#121317;--card:#1b1d22;--field:#121317;--text:#f1f2f4;--muted:#a6adb8;--line:#2d3138;--field-line:#737b88;--danger:#ffb4ab;--danger-back:#33201f;--danger-line:#6b3530;--good:#8fdcaa;--good-back:#16281d;--good-line:#2f5c40;'

/** A profile's stylesheet. Its name contains a hash of its text, so it can be cached forever. */
export interface Stylesheet {
  readonly name: string
  readonly text: string
}

const known = new Map<string, Stylesheet>()

/** @param color `#rrggbb` */
export function stylesheetOf (color: string = DEFAULT_COLOR): Stylesheet {
  const found = known.get(color)
  if (found !== undefined) return found
  const theme = themeOf(color)
  const text = `:root{color-scheme:light dark;${light}${variables(theme.light)}}\n@media (prefers-color-scheme:dark){:root{${dark}${variables(theme.dark)}}}${rules}`
  const stylesheet = { name: `${createHash('sha256').update(text).digest('hex').slice(0, 16)}-${color.slice(1).toLowerCase()}.css`, text }
  // Colors come from the profiles' configuration, so there are few. The limit keeps visitors, who can request any name, from filling the map.
  if (known.size < 100) known.set(color, stylesheet)
  return stylesheet
}

/** The stylesheet with this name, or `undefined` if its hash doesn't match. */
export function stylesheetNamed (name: string): Stylesheet | undefined {
  const color = /^[0-9a-f]{16}-([0-9a-f]{6})\.css$/.exec(name)?.[1]
  if (color === undefined) return undefined
  const stylesheet = stylesheetOf(`#${color}`)
  return stylesheet.name === name ? stylesheet : undefined
}
