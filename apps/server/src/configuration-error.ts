/** A mistake in the environment or the configuration file: shown to the operator as it is, without a stack. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
