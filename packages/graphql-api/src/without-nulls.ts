type WithoutNulls<Input> = { [Field in keyof Input]: Exclude<Input[Field], null> }

/** Input without what is `null` in it, which clients send where they mean nothing. */
export function withoutNulls<Input extends object> (input: Input): WithoutNulls<Input> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as WithoutNulls<Input>
}
