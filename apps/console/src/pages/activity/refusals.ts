/** The meanings of the API's refusal reasons. */
const meanings: Readonly<Record<string, string>> = {
  malformed: 'Not a valid token',
  unknown_issuer: 'The issuer of the token belongs to no profile',
  audience_mismatch: 'The token is for a different client',
  wrong_token_use: 'Not an ID token, but for example an access token',
  key_not_found: 'The issuer does not publish the token\'s key',
  bad_signature: 'The signature is not valid',
  not_yet_valid: 'The token is not valid yet',
  missing_claim: 'A claim is missing from the token, such as the email',
  issuer_unreachable: 'The keys of the issuer could not be fetched',
  unknown: 'The API token does not exist',
  revoked: 'The API token was revoked',
  token_missing: 'No token was sent',
  token_expired: 'The token has expired',
  refresh_token_expired: 'The refresh token has expired',
  email_mismatch: 'The email in the token differs from the user\'s',
  identity_not_linked: 'A user has this email, but the account is not linked to it',
  sign_up_refused: 'The profile does not allow this sign-up',
  sign_in_too_old: 'The sign-in was too long ago to change sign-in methods',
  not_authorized: 'A permission was missing',
  wrong_password: 'The email or the password was wrong',
  user_not_confirmed: 'The account has not been confirmed',
  challenge_required: 'The provider requires more than a password',
  throttled: 'Too many attempts',
  other: 'Other reasons'
}

/** Describes a refusal reason in words. */
export function refusalText (reason: string): string {
  const meaning = meanings[reason]
  return meaning === undefined ? reason : `${meaning} (${reason})`
}
