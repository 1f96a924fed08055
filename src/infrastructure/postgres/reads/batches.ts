/** What is asked for in one statement, and statements of a kind under way at once. */
export const BATCHES = { size: 64, atOnce: 2 }
