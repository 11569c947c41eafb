/** What the API's words for refusals mean. */
const meanings: Readonly<Record<string, string>> = {
  malformed: 'What was sent is no token',
  unknown_issuer: 'The token is of an issuer that no profile has',
  audience_mismatch: 'The token is for another client',
  wrong_token_use: 'Another token than the ID token was sent',
  key_not_found: 'The issuer publishes no such key',
  bad_signature: 'The signature is not the issuer\'s',
  not_yet_valid: 'The token begins later',
  missing_claim: 'Something is missing in the token, such as the email',
  issuer_unreachable: 'The issuer could not be asked for its keys',
  unknown: 'There is no such API token',
  revoked: 'The API token was revoked',
  token_missing: 'No token was sent',
  token_expired: 'The token has expired',
  refresh_token_expired: 'The sign-in has ended, and its refresh token with it',
  email_mismatch: 'The email of the token is another than the user\'s',
  identity_not_linked: 'A user has the email, and the sign-in is not bound to them',
  sign_up_refused: 'The profile lets nobody sign up so',
  sign_in_too_old: 'The sign-in was too old to change what one signs in by',
  not_authorized: 'A permission was missing',
  wrong_password: 'The email or the password was wrong',
  user_not_confirmed: 'The account is not confirmed',
  challenge_required: 'The provider wants more than a password',
  throttled: 'There were too many tries',
  other: 'For other reasons'
}

/** A refusal by the API's word for it, in a sentence. */
export function refusalText (reason: string): string {
  const meaning = meanings[reason]
  return meaning === undefined ? reason : `${meaning} (${reason})`
}
