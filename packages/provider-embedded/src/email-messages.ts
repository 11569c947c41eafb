import { CODE_MINUTES, type CodePurpose, type IssuedCode } from './codes.js'
import { html } from './html.js'
import type { Email } from './mailer.js'

export interface MessageContext {
  readonly to: string
  readonly brandName: string
  /** Start of the links: `<publicUrl>/oidc`. */
  readonly baseUrl: string
}

/** Asks the owner of a new account to confirm the address. */
function confirmationMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'confirm', issued, {
    subject: `Confirm your email address for ${context.brandName}`,
    lead: `Confirm this email address to finish signing up for ${context.brandName}:`,
    action: 'Confirm email address',
    close: "If you didn't sign up, ignore this email. Nothing happens unless you confirm."
  })
}

/** Lets an account's owner choose a new password. */
function resetMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'reset', issued, {
    subject: `Reset your password for ${context.brandName}`,
    lead: `We received a request to reset your password for ${context.brandName}.`,
    action: 'Choose a new password',
    close: "If it wasn't you, ignore this email. Your password stays the same."
  })
}

/** Sent instead of a confirmation when the address already has an account, because the page doesn't reveal that. */
function accountExistsMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'reset', issued, {
    subject: `You already have an account at ${context.brandName}`,
    lead: `Someone tried to sign up for ${context.brandName} with this email address, which already has an account. If it was you, sign in with your password or choose a new one:`,
    action: 'Choose a new password',
    close: "If it wasn't you, ignore this email. Nothing has changed.",
    // A reset code would not work on the page that the person is on, which waits for a confirmation code and can't say why.
    linkOnly: true
  })
}

/** Sent to someone whom an administrator invites: the link lets them choose a password. */
function invitationMessage (context: MessageContext, issued: IssuedCode): Email {
  return message(context, 'invite', issued, {
    subject: `You're invited to ${context.brandName}`,
    lead: `You can now use ${context.brandName} with this email address. Choose a password, or sign in if you already have one:`,
    action: 'Choose a password',
    close: "If you weren't expecting this, ignore this email. Nothing happens unless you choose a password.",
    linkOnly: true
  })
}

/** The emails, and what the code and link in each are for. */
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
  const lasts = `${linkOnly ? 'The link works' : 'The code and the link work'} once and ${linkOnly ? 'expires' : 'expire'} in ${inWords(CODE_MINUTES[purpose])}.`
  return {
    to: context.to,
    subject: words.subject,
    text: `${words.lead}\n\n${words.action}: ${link}\n\n${linkOnly ? '' : `Or enter this code where you were asked for it: ${code}\n\n`}${lasts}\n${words.close}\n`,
    html: html`<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1c2024">
<p>${words.lead}</p>
<p><a href="${link}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#1c2024;color:#ffffff;text-decoration:none">${words.action}</a></p>
${!linkOnly && html`<p>Or enter this code where you were asked for it:</p>
<p style="font-size:28px;letter-spacing:6px;font-weight:600">${code}</p>`}
<p>${lasts}<br>${words.close}</p>
</body></html>`.toString()
  }
}

function inWords (minutes: number): string {
  if (minutes > 24 * 60) return `${minutes / (24 * 60)} days`
  return minutes % 60 === 0 ? `${minutes / 60} hours` : `${minutes} minutes`
}
