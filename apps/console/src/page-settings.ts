// What the server says in the page that it serves: see apps/server/src/plugins/console.ts.

/** What the styles that this page adds are allowed by; nothing while Vite serves the page. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

const told = document.querySelector<HTMLMetaElement>('meta[name="latchkey-public-url"]')?.content ?? ''

/** Where browsers are to reach the app. */
export const publicUrl = URL.canParse(told) ? told : location.origin

/** Where providers send a browser back to. */
export const callbackUrl = `${publicUrl}/console/callback`
export const logoutUrl = `${publicUrl}/console/sign-in`
