/**
 * Removes secrets from a provider's message before it is logged. A provider may repeat what it was sent, as is or form-encoded.
 *
 * @param secrets what was sent to the provider and must appear nowhere
 */
export function withhold (text: string, secrets: readonly (string | undefined)[]): string {
  const forms = secrets.flatMap(secret => secret ? [secret, asInForm(secret)] : [])
  return forms.reduce((safe, form) => safe.replaceAll(form, '[withheld]'), text)
}

function asInForm (value: string): string {
  return new URLSearchParams([['', value]]).toString().slice('='.length)
}
