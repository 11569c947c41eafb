/** Why a database does not respond, without the user and password of its URL. */
export function describeFailure (error: unknown): string {
  const { code, message, errors } = error as { code?: string, message?: string, errors?: { message: string }[] }
  const text = message !== undefined && message !== '' ? message : errors?.[0]?.message
  return text ?? code ?? String(error)
}
