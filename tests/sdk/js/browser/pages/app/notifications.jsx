// What others did, in groups; the way to the post it is about; and what has been read.

import { useContext } from 'react';
import { useAggregatedActivities, useNotificationStatus } from '@stream-io/feeds-react-sdk';
import { Own } from './own.jsx';
import { Do } from './task.jsx';

const SAYS = {
  follow: 'follows you',
  reaction: 'likes your post',
  comment: 'commented on your post',
  comment_reply: 'answered you',
  comment_reaction: 'likes your comment',
};

export function Notifications() {
  const { feeds, go } = useContext(Own);
  const { aggregated_activities: groups = [] } = useAggregatedActivities(feeds.notification) ?? {};
  const { read_activities: read = [], last_read_at: lastRead } = useNotificationStatus(feeds.notification) ?? {};
  const isRead = ({ group, updated_at: at }) => read.includes(group) || (lastRead && at <= lastRead);
  return (
    <>
      <p className="row">
        <Do run={() => feeds.notification.markActivity({ mark_all_read: true, mark_all_seen: true })}>Mark all as read</Do>
      </p>
      {groups.length === 0 && <p>Nothing yet.</p>}
      {groups.map((about) => {
        const [{ type, user, notification_context: context }] = about.activities;
        const post = context?.target?.parent_activity?.id ?? context?.target?.id;
        return (
          <section className="card row" key={about.group} aria-label={`${user.name} ${SAYS[type]}`}>
            <span>{isRead(about) ? 'read' : 'new'}: {user.name} {SAYS[type]}</span>
            {type !== 'follow' && <button onClick={() => go('Post', post)}>Show</button>}
            {!isRead(about) && <Do run={() => feeds.notification.markActivity({ mark_read: [about.group] })}>Read</Do>}
          </section>
        );
      })}
    </>
  );
}
