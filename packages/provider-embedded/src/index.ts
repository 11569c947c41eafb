/** The adapter for any OpenID provider. */
export {}
