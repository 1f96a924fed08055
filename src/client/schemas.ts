/** What the service's JSON holds, under the names that openapi.yaml has for it. */
export { errorCodes, problemTypes } from './openapi.ts'
export type {
  Appointment,
  Chat,
  ChatWithMessages,
  CreateChat,
  EditMessage,
  ErrorCode,
  FieldError,
  FormerMember,
  Member,
  Message,
  ParameterError,
  Problem,
  ProblemType,
  Role,
  SendMessage,
  Tombstone,
  UpdateChat,
  Visibility,
} from './openapi.ts'
