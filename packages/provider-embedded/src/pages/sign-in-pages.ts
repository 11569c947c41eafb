import { html } from '../html.js'
import { button, field, form, layout, problemSummary, type Brand, type Problem } from './layout.js'

/** A page of a hosted sign-in. `base` is the address that its forms and links start with. */
export interface SignInPage {
  readonly brand: Brand
  readonly base: string
  readonly csrf: string
  readonly problem?: Problem | undefined
}

export function signInPage ({ brand, base, csrf, problem }: SignInPage, { email, offersSignUp }: { email: string, offersSignUp: boolean }): string {
  return layout(brand, 'Sign in', html`${problemSummary(problem)}
${form(`${base}/sign-in`, csrf, html`
${field({ name: 'email', label: 'Email address', type: 'email', value: email, autocomplete: 'username' }, problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', aside: html`<a href="${base}/forgot">Forgot password?</a>` }, problem)}
${button('Sign in')}`)}
${offersSignUp && html`<p class="foot">New here? <a href="${base}/sign-up">Create an account</a></p>`}`)
}

export function signUpPage ({ brand, base, csrf, problem }: SignInPage, given: { email: string, firstName: string, lastName: string }): string {
  return layout(brand, 'Create your account', html`${problemSummary(problem)}
${form(`${base}/sign-up`, csrf, html`
${field({ name: 'email', label: 'Email address', type: 'email', value: given.email, autocomplete: 'username' }, problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters. A few unrelated words make a strong password.' }, problem)}
${field({ name: 'firstName', label: 'First name', value: given.firstName, autocomplete: 'given-name', optional: true }, problem)}
${field({ name: 'lastName', label: 'Last name', value: given.lastName, autocomplete: 'family-name', optional: true }, problem)}
${button('Create account')}`)}
<p class="foot">Already have an account? <a href="${base}">Sign in</a></p>`)
}

/** Follows sign-up. It says the same whether or not the address has an account: only the email to its owner tells. */
export function confirmPage ({ brand, base, csrf, problem }: SignInPage, { email, sentAgain }: { email: string, sentAgain: boolean }): string {
  return layout(brand, 'Check your email', html`${problemSummary(problem)}
${sentAgain && html`<p class="done" role="status">We sent a new email. Codes from earlier emails no longer work.</p>`}
<p class="lead">We sent an email to <strong>${email}</strong>. Enter the six-digit code from it, or follow its link.</p>
${form(`${base}/confirm`, csrf, html`
${field({ name: 'code', label: 'Code', autocomplete: 'one-time-code', code: true }, problem)}
${button('Continue')}`)}
${form(`${base}/confirm/resend`, csrf, html`<p class="foot">Didn’t get it? <button class="quiet" type="submit">Send it again</button></p>`)}
<p class="foot"><a href="${base}">Back to sign in</a></p>`)
}

export function forgotPage ({ brand, base, csrf, problem }: SignInPage, { email }: { email: string }): string {
  return layout(brand, 'Reset your password', html`${problemSummary(problem)}
<p class="lead">Enter your email address and we’ll send you a code to choose a new password.</p>
${form(`${base}/forgot`, csrf, html`
${field({ name: 'email', label: 'Email address', type: 'email', value: email, autocomplete: 'username' }, problem)}
${button('Send code')}`)}
<p class="foot"><a href="${base}">Back to sign in</a></p>`)
}

export function resetPage ({ brand, base, csrf, problem }: SignInPage, { email }: { email: string }): string {
  return layout(brand, 'Choose a new password', html`${problemSummary(problem)}
<p class="lead">If <strong>${email}</strong> has an account, you’ll get an email with a code shortly.</p>
${form(`${base}/reset`, csrf, html`${usernameField(email)}
${field({ name: 'code', label: 'Code from the email', autocomplete: 'one-time-code', code: true }, problem)}
${newPasswordField(problem)}
${button('Save and sign in')}`)}
<p class="foot">Didn’t get it? <a href="${base}/forgot">Send a new code</a></p>`)
}

export function newPasswordField (problem: Problem | undefined) {
  return field({ name: 'newPassword', label: 'New password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters.' }, problem)
}

/** Tells password managers whose password this is. It isn't `type="hidden"`, because they ignore such inputs. */
export function usernameField (email: string) {
  return html`<input class="away" type="text" name="username" autocomplete="username" value="${email}" readonly>`
}

const scopeTexts: Readonly<Record<string, string>> = {
  email: 'See your email address',
  profile: 'See your name',
  offline_access: 'Keep this access while you’re away'
}

export function consentPage ({ brand, base, csrf }: SignInPage, { email, scopes }: { email: string, scopes: readonly string[] }): string {
  return layout(brand, `Continue to ${brand.brandName}?`, html`
<p class="lead">You’re signed in as <strong>${email}</strong>. ${brand.brandName} wants to:</p>
<ul class="scopes"><li>Know who you are</li>${scopes.filter(scope => scope in scopeTexts).map(scope => html`<li>${scopeTexts[scope]}</li>`)}</ul>
${form(`${base}/consent`, csrf, html`${button('Allow', { name: 'answer', value: 'allow' })}${button('Cancel', { second: true, name: 'answer', value: 'deny' })}`)}`)
}
