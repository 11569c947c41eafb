import { errors } from '@latchkey/identity-provider'

/** What the user has to do, by Cognito's name of the challenge (InitiateAuth in the API reference). */
const steps: Readonly<Record<string, string>> = {
  NEW_PASSWORD_REQUIRED: 'replace the temporary password with a new one',
  SMS_MFA: 'enter the code sent by text message',
  EMAIL_OTP: 'enter the code sent by email',
  SMS_OTP: 'enter the code sent by text message',
  SOFTWARE_TOKEN_MFA: 'enter a code from the authenticator app',
  SELECT_MFA_TYPE: 'choose and use a second factor',
  MFA_SETUP: 'set up a second factor'
}

/**
 * Creates the error for a sign-in for which Cognito requires more than a password.
 *
 * @param loginUrl the hosted login page, which supports every challenge; `null` if the profile has none
 */
export function challengeRequired (challenge: string, loginUrl: string | null): Error {
  const step = steps[challenge] ?? 'the user pool requires more than a password'
  const where = loginUrl === null
    ? "The user pool's hosted login page supports this, but the profile has no domain"
    : `Sign in on the hosted login page instead: ${loginUrl}`
  return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED(`${step} (${challenge}). ${where}`)
}
