/** A messenger for tests: the whole service in the process of the test, in milliseconds and without a network. */
import './node-20.ts'

export type { TestClock } from './clock.ts'
export { createMessenger, type MessengerOptions, type TestMessenger } from './create-messenger.ts'
export type { KeyOptions, TokenOptions } from './credential.ts'
export type { Fault, RequestMatcher } from './fault.ts'
export type { Seed, Seeded, SeedMember, SeedMessage } from './seed.ts'
