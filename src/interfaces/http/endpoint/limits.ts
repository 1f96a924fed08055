/** Bytes of a body after decompression. The longest text, all of it written as \uXXXX pairs, fits. */
export const MAX_BODY_BYTES = 65_536

/** Levels of arrays and objects in a body. */
export const MAX_BODY_DEPTH = 32

/** Bytes of a request line and its header fields. */
export const MAX_HEAD_BYTES = 16_384

/** Parameters in a query. More are a 400 and no 414: what is too long makes the head too large, which is a 431. */
export const MAX_QUERY_PARAMETERS = 1000

/** Broken rules that one problem lists. */
export const MAX_ERRORS = 50

/** Event streams of one user, on one server. */
export const MAX_STREAMS_OF_A_USER = 20
