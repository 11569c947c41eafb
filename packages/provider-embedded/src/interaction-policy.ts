import { interactionPolicy } from 'oidc-provider'
import type { AccountLimits } from './account-limits.js'
import { isWeb } from './openid-client.js'
import { TooManyRequests } from './openid-pages.js'

const { Check } = interactionPolicy

/** The check with which `oidc-provider` asks the people of a native client every time (RFC 8252 §8.6), whatever the redirect URI. */
const NATIVE_PROMPT = 'native_client_prompt'

/**
 * The interaction policy of `oidc-provider`, with two changes. A sign-in is counted before it is stored. And people are
 * asked every time on the way to an address that any app can claim, but not to other addresses of the same profile.
 */
export function limitedPolicy (limits: AccountLimits) {
  const policy = interactionPolicy.base()
  const login = policy.get('login')
  if (login === undefined) return policy
  const { details } = login
  login.details = async ctx => {
    // With prompt=none the request ends here and nothing is stored.
    if (!ctx.oidc.promptPending('none') && !await limits.mayBeginSignIn(ctx.ip)) throw new TooManyRequests()
    return await details(ctx)
  }
  const consent = policy.get('consent')
  consent?.checks.remove(NATIVE_PROMPT)
  consent?.checks.add(new Check(NATIVE_PROMPT, 'native apps need the user to confirm every sign-in', 'interaction_required', ({ oidc }) =>
    !isWeb(String(oidc.params?.redirect_uri)) && oidc.result?.consent === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT))
  return policy
}
