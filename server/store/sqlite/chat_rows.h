// The table `chat`: conversations, their messages and their turns' statuses.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutConversation& put, TimePoint now);
Result<void> apply(Connection& connection, const PutMessage& put, TimePoint now);
Result<void> apply(Connection& connection, const PutChatStatus& put, TimePoint now);
Result<void> apply(Connection& connection, const DeleteConversation& remove, TimePoint now);

// Removes at most `limit` expired rows; how many.
Result<std::int64_t> remove_expired_chat(Connection& connection, TimePoint now, int limit);

Result<std::optional<ConversationRecord>> read_conversation(Connection& connection,
                                                            const std::string& owner,
                                                            const std::string& id);
Result<Listing<ConversationRecord>> read_conversations(Connection& connection,
                                                       const std::string& owner,
                                                       const std::string& user_id,
                                                       const Page& page);
Result<std::int64_t> count_conversations(Connection& connection, const std::string& owner,
                                         const std::string& user_id);
Result<std::vector<MessageRecord>> read_messages(Connection& connection, const std::string& owner,
                                                 const std::string& id, int limit);
Result<std::vector<ChatStatusRecord>> read_chat_statuses(Connection& connection,
                                                         const std::string& owner,
                                                         const std::string& id, int limit,
                                                         TimePoint now);

}  // namespace walrus::store::sqlite
