type WithoutNulls<Input> = { [Field in keyof Input]: Exclude<Input[Field], null> }

/** Input without `null` fields, which clients send to mean nothing. */
export function withoutNulls<Input extends object> (input: Input): WithoutNulls<Input> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as WithoutNulls<Input>
}
