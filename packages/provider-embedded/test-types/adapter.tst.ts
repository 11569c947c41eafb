import type { CreateProvider, PasswordSignIn, PasswordSignUp } from '@latchkey/identity-provider'
import { expect, test } from 'tstyche'
import type { EmbeddedProfileOptions, ProviderEmbedded } from '@latchkey/provider-embedded'

declare const embedded: ProviderEmbedded

test('createProvider is what a registry of adapters takes', () => {
  expect(embedded.createProvider).type.toBeAssignableTo<CreateProvider<EmbeddedProfileOptions>>()
  expect(embedded.createProvider({ id: 'a', name: 'A' })).type.toBeAssignableTo<PasswordSignIn & PasswordSignUp>()
})

test('a profile needs an id and a name', () => {
  expect(embedded.createProvider).type.not.toBeCallableWith({ id: 'a' })
})

test('methods that try a password may be told the client address', () => {
  expect(embedded.createProvider({ id: 'a', name: 'A' }).signInWithPassword).type.toBeCallableWith({ email: 'a@b.c', password: 'p', clientAddress: '192.0.2.1' })
})
