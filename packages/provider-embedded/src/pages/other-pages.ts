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
 * A link from an email. It asks for the password: anybody can sign up with somebody's address, and the account shall
 * be nobody's who has not both.
 */
export function confirmLinkPage ({ brand, csrf, token, problem }: LinkPage, { email }: { email: string }): string {
  return layout(brand, 'Confirm your address', html`${problemSummary(problem)}
<p class="lead">Somebody signed up with <strong>${email}</strong>. If it was you, type in your password to confirm the address.</p>
${form('/oidc/confirm', csrf, html`${tokenField(token)}${usernameField(email)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', hint: 'The password that you chose when you signed up.' }, problem)}
${button('Confirm my address')}`)}
<p class="foot">You did not sign up? Then ignore the email. You forgot the password? Use “Forgot password?” where you sign in: a new one confirms the address, too.</p>`)
}

export function resetLinkPage (page: LinkPage, link: { email: string }): string {
  return passwordPage('reset', 'Choose a new password', page, link)
}

export function inviteLinkPage (page: LinkPage, link: { email: string }): string {
  return passwordPage('invite', `Welcome to ${page.brand.brandName}`, page, link)
}

function passwordPage (purpose: 'reset' | 'invite', title: string, { brand, csrf, token, problem }: LinkPage, { email }: { email: string }): string {
  return layout(brand, title, html`${problemSummary(problem)}
<p class="lead">For the account of <strong>${email}</strong>.</p>
${form(`/oidc/${purpose}`, csrf, html`${tokenField(token)}${usernameField(email)}
${newPasswordField(problem)}${button('Save the password')}`)}`)
}

/** @param page `known`: the link is an old one, so its owner can have a new one without typing the address in */
export function deadLinkPage ({ brand, csrf, token }: LinkPage, { purpose, known }: { purpose: CodePurpose, known: boolean }): string {
  return layout(brand, known ? 'That link has expired' : 'That link does not work', html`
<p class="lead">${known
    ? 'It was good for a while only. We can send you a new one to the same address.'
    : 'It was used before, or a newer email took its place. Tell us your email address, and we send you a new one.'}</p>
${form(`/oidc/${purpose}/resend`, csrf, html`${known ? tokenField(token) : field({ name: 'email', label: 'Email address', type: 'email', autocomplete: 'username' }, undefined)}
${button('Send a new one')}`)}`)
}

/** What following a link has done. `continueAt` is the sign-in that this browser can go on with, if there is one. */
export function donePage (brand: Brand, { purpose, continueAt }: { purpose: CodePurpose, continueAt?: string | undefined }): string {
  const title = purpose === 'confirm' ? 'Your address is confirmed' : 'Your password is saved'
  if (continueAt === undefined) return messagePage(brand, title, 'You can close this page, go back to the app and sign in.')
  return messagePage(brand, title, 'You can go on to sign in, or close this page and go back to the app.', { link: { href: continueAt, label: 'Continue to sign in' } })
}

/** A title and a text. */
type Said = readonly [string, string]

/** What is said while the database is away. */
export const UNAVAILABLE: Said = ['Not available at the moment', 'Nothing is wrong on your side, and nothing was lost. Try again in a moment.']

/** What is said where too many sign-ins were begun from one network. */
export const TOO_MANY: Said = ['Please wait a minute', 'Too many people are signing in from your network at the moment. Wait a minute, then go back to the app and try again.']

/**
 * Says one thing, and where to go from there.
 *
 * @param forDevelopers what the app's developers need to know to set it right
 */
export function messagePage (brand: Brand, title: string, text: string, { link, forDevelopers }: { link?: { href: string, label: string }, forDevelopers?: string } = {}): string {
  return layout(brand, title, html`<p class="lead">${text}</p>${
    link !== undefined && html`<a class="button" href="${link.href}">${link.label}</a>`}${
    forDevelopers !== undefined && html`<p class="meta">For the developers of the app: ${forDevelopers}</p>`}`)
}

/** @param formMarkup the form that `oidc-provider` made, which the button belongs to */
export function logoutPage (brand: Brand, formMarkup: string): string {
  return layout(brand, 'Sign out?', html`
<p class="lead">You are about to sign out of ${brand.brandName} in this browser.</p>
${new Html(formMarkup)}<button class="button" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`)
}

export function outboxPage (emails: readonly { recipient: string, subject: string, text: string, sentAt: string }[]): string {
  return layout({ brandName: 'Latchkey' }, 'Outbox', html`
<p class="lead">No SMTP server is configured, so these emails were not sent. This page exists in development only.</p>
${emails.length === 0 && html`<p>No emails yet.</p>`}
${emails.map(email => html`<article class="mail"><h2>${email.subject}</h2><p class="meta">To ${email.recipient} · ${email.sentAt}</p><pre>${linked(email.text)}</pre></article>`)}`, { wide: true })
}

function linked (text: string): Html[] {
  return text.split(/(https?:\/\/\S+)/).map((part, index) => index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`)
}
