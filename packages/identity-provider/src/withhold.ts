/**
 * What a provider said, for a log, without what was sent to it: it may repeat that as it was given, or as it was sent in a form.
 *
 * @param secrets what was sent and must appear nowhere
 */
export function withhold (text: string, secrets: readonly (string | undefined)[]): string {
  const forms = secrets.flatMap(secret => secret ? [secret, asInForm(secret)] : [])
  return forms.reduce((safe, form) => safe.replaceAll(form, '[withheld]'), text)
}

function asInForm (value: string): string {
  return new URLSearchParams([['', value]]).toString().slice('='.length)
}
