import type { ProviderLog } from '@latchkey/identity-provider'

export interface RecordingLog extends ProviderLog {
  readonly lines: { readonly level: string, readonly details: object, readonly message: string }[]
}

export function createRecordingLog (): RecordingLog {
  const lines: RecordingLog['lines'] = []
  const writer = (level: string) => (details: object, message: string) => { lines.push({ level, details, message }) }
  return { lines, debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}
