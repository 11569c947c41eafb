import { errors } from '@latchkey/identity-provider'

/** What a person has to do, by Cognito's name of the challenge (InitiateAuth in the API reference). */
const steps: Readonly<Record<string, string>> = {
  NEW_PASSWORD_REQUIRED: 'the temporary password must be replaced by a new one',
  SMS_MFA: 'a code sent by text message must be entered',
  EMAIL_OTP: 'a code sent by email must be entered',
  SMS_OTP: 'a code sent by text message must be entered',
  SOFTWARE_TOKEN_MFA: 'a code of the authenticator app must be entered',
  SELECT_MFA_TYPE: 'a second factor must be chosen and used',
  MFA_SETUP: 'a second factor must be set up'
}

/**
 * The error for a sign-in that Cognito wants more for than a password.
 *
 * @param loginUrl the hosted login page, which can do all of it; `null` where the profile has none
 */
export function challengeRequired (challenge: string, loginUrl: string | null): Error {
  const step = steps[challenge] ?? 'the user pool asks for more than a password'
  const where = loginUrl === null
    ? 'the hosted login page of the user pool can do this, but the profile names no domain'
    : `sign in on the hosted login page instead: ${loginUrl}`
  return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED(`${step} (${challenge}); ${where}`)
}
