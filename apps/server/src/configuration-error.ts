/** A mistake in the environment or the configuration file. The operator sees its message without a stack. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
