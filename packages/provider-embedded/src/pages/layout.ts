import { html, type Html } from '../html.js'
import { stylesheetOf } from './stylesheet.js'

/** What a page shows of its profile. */
export interface Brand {
  readonly brandName: string
  readonly color?: string | undefined
}

/** For pages that belong to no profile. */
export const NO_BRAND: Brand = { brandName: '' }

/** What is wrong with a form: shown above it and beside the fields. */
export interface Problem {
  readonly summary: string
  /** Keyed by field name. */
  readonly fields?: Readonly<Record<string, string>>
}

/** A complete HTML document. */
export function layout (brand: Brand, title: string, content: Html, { wide = false } = {}): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}${brand.brandName !== '' && ` – ${brand.brandName}`}</title>
<link rel="stylesheet" href="/oidc/assets/${stylesheetOf(brand.color?.toLowerCase()).name}">
</head>
<body>
<main${wide && html` class="wide"`}>
${brand.brandName !== '' && html`<p class="brand"><span class="mark" aria-hidden="true">${[...brand.brandName][0]?.toUpperCase()}</span><span class="name">${brand.brandName}</span></p>`}
<h1>${title}</h1>
${content}
</main>
</body>
</html>`.toString()
}

/** A form that only this browser can submit. */
export function form (action: string, csrf: string, content: Html): Html {
  return html`<form method="post" action="${action}" novalidate><input type="hidden" name="csrf" value="${csrf}">
${content}</form>`
}

export function button (label: string, { second = false, name = '', value = '' } = {}): Html {
  return html`<button class="button${second && ' second'}" type="submit"${name !== '' && html` name="${name}" value="${value}"`}>${label}</button>`
}

/** Says what went wrong, with links to the fields. Screen readers announce it, and it has the focus when the page loads. */
export function problemSummary (problem: Problem | undefined): Html | null {
  if (problem === undefined) return null
  const fields = Object.entries(problem.fields ?? {})
  return html`<div class="problem" id="problem" role="alert" tabindex="-1" autofocus>${problem.summary}${
    fields.length > 0 && html`<ul>${fields.map(([name, text]) => html`<li><a href="#${name}">${text}</a></li>`)}</ul>`}</div>`
}

export interface Field {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password'
  readonly value?: string | undefined
  readonly autocomplete: string
  readonly hint?: string
  readonly optional?: boolean
  readonly code?: boolean
  /** Shown beside the label. */
  readonly aside?: Html
}

export function field ({ name, label, type = 'text', value, autocomplete, hint, optional = false, code = false, aside }: Field, problem: Problem | undefined): Html {
  const wrong = problem?.fields?.[name]
  const described = [hint !== undefined && `${name}-hint`, wrong !== undefined && `${name}-wrong`].filter(Boolean).join(' ')
  return html`<div class="field">
<div class="label"><label for="${name}">${label}${optional && html` <span class="optional">(optional)</span>`}</label>${aside}</div>
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}"${
  !optional && html` required`}${type === 'email' && html` autocapitalize="none" spellcheck="false"`}${
  code && html` class="code" inputmode="numeric" maxlength="9"`}${
  described !== '' && html` aria-describedby="${described}"`}${wrong !== undefined && html` aria-invalid="true"`}>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}${wrong !== undefined && html`<p class="wrong" id="${name}-wrong">${wrong}</p>`}
</div>`
}
