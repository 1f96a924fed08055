/** What the service's JSON holds, under the names that openapi.yaml has for it. */
export { errorCodes, problemTypes } from './openapi.ts'
export type {
  Chat,
  ChatWithMessages,
  CreateChat,
  EditMessage,
  ErrorCode,
  FieldError,
  Message,
  ParameterError,
  Problem,
  ProblemType,
  UpdateChat,
  SendMessage,
  Tombstone,
} from './openapi.ts'
