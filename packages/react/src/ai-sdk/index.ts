export { createChatTransport } from "./chat-transport.ts";
