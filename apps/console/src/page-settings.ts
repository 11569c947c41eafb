// The settings that the server writes into the page: see apps/server/src/plugins/console.ts.

/** The nonce that the Content-Security-Policy requires of added styles; empty when Vite serves the page. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

const told = document.querySelector<HTMLMetaElement>('meta[name="latchkey-public-url"]')?.content ?? ''

/** The origin at which browsers reach the app. */
export const publicUrl = URL.canParse(told) ? told : location.origin

/** The addresses that providers redirect the browser to. */
export const callbackUrl = `${publicUrl}/console/callback`
export const logoutUrl = `${publicUrl}/console/sign-in`
