/** The limits that openapi.yaml sets, as far as a case meets them. test/conformance/limits.test.ts holds them to it. */
export const limits = {
  /** Code points of a title. */
  title: 200,
  /** Code points of a text. */
  text: 5000,
  /** Entries of a page. */
  page: 100,
  /** Entries of a page when nobody says how many. */
  defaultPage: 20,
  /** Characters of an `Idempotency-Key`. */
  key: 255,
  /** Bytes of a body. */
  body: 65_536,
  /** Bytes of metadata, as compact JSON in UTF-8. */
  metadata: 4096,
  /** Arrays and objects within one another, in metadata, itself among them. */
  metadataLevels: 8,
  /** Code points of a reaction. */
  reaction: 32,
  /** Different reactions to one message. */
  reactions: 20,
  /** Arrays and objects within one another, in a body. */
  depth: 32,
} as const
