import type { CodePurpose } from '../codes.js'
import { Html, html } from '../html.js'
import { button, field, form, layout, problemSummary, type Brand, type Problem } from './layout.js'
import { newPasswordField, usernameField } from './sign-in-pages.js'

export interface LinkPage {
  readonly brand: Brand
  readonly csrf: string
  readonly token: string
  readonly problem?: Problem | undefined
}

const tokenField = (token: string) => html`<input type="hidden" name="token" value="${token}">`

/**
 * The page behind a confirmation link. Anyone can sign up with someone else's address, so an account goes only to
 * the person who has both the mailbox and the password.
 */
export function confirmLinkPage ({ brand, csrf, token, problem }: LinkPage, { email }: { email: string }): string {
  return layout(brand, 'Confirm your email address', html`${problemSummary(problem)}
<p class="lead">Someone signed up with <strong>${email}</strong>. If it was you, enter your password to confirm this address.</p>
${form('/oidc/confirm', csrf, html`${tokenField(token)}${usernameField(email)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', hint: 'The password you chose when you signed up.' }, problem)}
${button('Confirm address')}`)}
<p class="foot">Didn’t sign up? Ignore the email. Forgot your password? Choose “Forgot password?” on the sign-in page: a new password also confirms your address.</p>`)
}

export function resetLinkPage (page: LinkPage, link: { email: string }): string {
  return passwordPage('reset', 'Choose a new password', page, link)
}

export function inviteLinkPage (page: LinkPage, link: { email: string }): string {
  return passwordPage('invite', `Welcome to ${page.brand.brandName}`, page, link)
}

function passwordPage (purpose: 'reset' | 'invite', title: string, { brand, csrf, token, problem }: LinkPage, { email }: { email: string }): string {
  return layout(brand, title, html`${problemSummary(problem)}
<p class="lead">This will be the password for <strong>${email}</strong>.</p>
${form(`/oidc/${purpose}`, csrf, html`${tokenField(token)}${usernameField(email)}
${newPasswordField(problem)}${button('Save password')}`)}`)
}

/** @param page `known`: the link has expired but is still on record, so its owner gets a new one without entering the address */
export function deadLinkPage ({ brand, csrf, token }: LinkPage, { purpose, known }: { purpose: CodePurpose, known: boolean }): string {
  return layout(brand, known ? 'This link has expired' : 'This link doesn’t work', html`
<p class="lead">${known
    ? 'We can send a new one to the same address.'
    : 'It may have been used already, or replaced by a newer email. Enter your email address and we’ll send you a new link.'}</p>
${form(`/oidc/${purpose}/resend`, csrf, html`${known ? tokenField(token) : field({ name: 'email', label: 'Email address', type: 'email', autocomplete: 'username' }, undefined)}
${button('Send a new link')}`)}`)
}

/** Says what following a link did. `continueAt` is the sign-in that this browser can continue, if there is one. */
export function donePage (brand: Brand, { purpose, continueAt }: { purpose: CodePurpose, continueAt?: string | undefined }): string {
  const title = purpose === 'confirm' ? 'Email address confirmed' : 'Password saved'
  if (continueAt === undefined) return messagePage(brand, title, 'You can close this page, go back to the app and sign in.')
  return messagePage(brand, title, 'Continue here, or close this page and go back to the app.', { link: { href: continueAt, label: 'Continue to sign in' } })
}

/** A title and a text. */
type Said = readonly [string, string]

/** Shown while the database is unavailable. */
export const UNAVAILABLE: Said = ['Temporarily unavailable', 'The problem is on our side, and nothing was lost. Try again in a moment.']

/** Shown when one network has started too many sign-ins or sign-outs. */
export const TOO_MANY: Said = ['Please wait a minute', 'There are too many requests from your network right now. Wait a minute, then go back to the app and try again.']

/**
 * A message and what to do next.
 *
 * @param forDevelopers what the app's developers need to know to fix the problem
 */
export function messagePage (brand: Brand, title: string, text: string, { link, forDevelopers }: { link?: { href: string, label: string }, forDevelopers?: string } = {}): string {
  return layout(brand, title, html`<p class="lead">${text}</p>${
    link !== undefined && html`<a class="button" href="${link.href}">${link.label}</a>`}${
    forDevelopers !== undefined && html`<p class="meta">For the app’s developers: ${forDevelopers}</p>`}`)
}

/** @param formMarkup the form from `oidc-provider` that the button submits */
export function logoutPage (brand: Brand, formMarkup: string): string {
  return layout(brand, 'Sign out?', html`
<p class="lead">You’ll be signed out of ${brand.brandName} in this browser.</p>
${new Html(formMarkup)}<button class="button" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`)
}

export function outboxPage (emails: readonly { recipient: string, subject: string, text: string, sentAt: string }[]): string {
  return layout({ brandName: 'Latchkey' }, 'Outbox', html`
<p class="lead">No SMTP server is configured, so these emails were not sent. This page is available in development only.</p>
${emails.length === 0 && html`<p>No emails yet.</p>`}
${emails.map(email => html`<article class="mail"><h2>${email.subject}</h2><p class="meta">To ${email.recipient} · ${email.sentAt}</p><pre>${linked(email.text)}</pre></article>`)}`, { wide: true })
}

function linked (text: string): Html[] {
  return text.split(/(https?:\/\/\S+)/).map((part, index) => index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`)
}
