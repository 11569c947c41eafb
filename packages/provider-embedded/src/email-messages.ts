import { CODE_MINUTES, type CodePurpose, type IssuedCode } from './codes.js'
import { html } from './html.js'
import type { Email } from './mailer.js'

export interface MessageContext {
  readonly to: string
  readonly brandName: string
  /** Where the links lead: `<publicUrl>/oidc`. */
  readonly baseUrl: string
}

/** Asks the owner of a new account to confirm the address. */
function confirmationMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'confirm', issued, {
    subject: `Confirm your email address for ${context.brandName}`,
    lead: `You signed up for ${context.brandName} with this email address. Confirm that it is yours:`,
    action: 'Confirm my address',
    close: 'If you did not sign up, ignore this email: nothing happens without your confirmation.'
  })
}

/** Lets the owner of an account choose a new password. */
function resetMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'reset', issued, {
    subject: `Choose a new password for ${context.brandName}`,
    lead: `Somebody, hopefully you, asked for a new password for ${context.brandName}.`,
    action: 'Choose a new password',
    close: 'If it was not you, ignore this email: your password stays as it is.'
  })
}

/** Sent instead of a confirmation when the address has an account: the page that asked does not say so. */
function accountExistsMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'reset', issued, {
    subject: `You have an account at ${context.brandName} already`,
    lead: `Somebody, hopefully you, tried to sign up for ${context.brandName} with this email address, which has an account already. Sign in with its password, or choose a new one:`,
    action: 'Choose a new password',
    close: 'If it was not you, ignore this email: nothing was changed.',
    // The page that asked waits for another code, and must not say that it does.
    linkOnly: true
  })
}

/** Lets somebody in whom an administrator wants there: by the link they choose a password. */
function invitationMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'invite', issued, {
    subject: `You are invited to ${context.brandName}`,
    lead: `You can use ${context.brandName} with this email address. Choose a password, or sign in with the one that you have already:`,
    action: 'Choose a password',
    close: 'If you know nothing of it, ignore this email: nothing happens without you.',
    linkOnly: true
  })
}

/** The emails that are sent, and what the code and the link in each are for. */
export const emails = {
  confirm: { purpose: 'confirm', message: confirmationMessage },
  reset: { purpose: 'reset', message: resetMessage },
  accountExists: { purpose: 'reset', message: accountExistsMessage },
  invite: { purpose: 'invite', message: invitationMessage }
} as const satisfies Record<string, { purpose: CodePurpose, message: (context: MessageContext, issued: IssuedCode) => Email }>

export type EmailKind = keyof typeof emails

function message (context: MessageContext, purpose: CodePurpose, { code, linkToken }: IssuedCode, words: { subject: string, lead: string, action: string, close: string, linkOnly?: boolean }): Email {
  const link = `${context.baseUrl}/${purpose}?token=${linkToken}`
  const { linkOnly = false } = words
  const lasts = `${linkOnly ? 'The link works' : 'The code and the link work'} once, within ${inWords(CODE_MINUTES[purpose])}.`
  return {
    to: context.to,
    subject: words.subject,
    text: `${words.lead}\n\n${words.action}: ${link}\n\n${linkOnly ? '' : `Or type this code in where you were asked for it: ${code}\n\n`}${lasts}\n${words.close}\n`,
    html: html`<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1c2024">
<p>${words.lead}</p>
<p><a href="${link}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#1c2024;color:#ffffff;text-decoration:none">${words.action}</a></p>
${!linkOnly && html`<p>Or type this code in where you were asked for it:</p>
<p style="font-size:28px;letter-spacing:6px;font-weight:600">${code}</p>`}
<p>${lasts}<br>${words.close}</p>
</body></html>`.toString()
  }
}

function inWords (minutes: number): string {
  if (minutes > 24 * 60) return `${minutes / (24 * 60)} days`
  return minutes % 60 === 0 ? `${minutes / 60} hours` : `${minutes} minutes`
}
