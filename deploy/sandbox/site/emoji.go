package site

import "regexp"

// emoji are those that the product and its people use here; others stay as they are written.
var emoji = map[string]string{
	"warning": "⚠️", "information_source": "ℹ️", "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "eyes": "👀", "+1": "👍", "thumbsup": "👍",
	"-1": "👎", "pray": "🙏", "tada": "🎉", "fire": "🔥", "fire_engine": "🚒", "rotating_light": "🚨", "bulb": "💡", "memo": "📝", "pushpin": "📌",
	"link": "🔗", "lock": "🔒", "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "bell": "🔔", "no_bell": "🔕", "clock3": "🕒", "mag": "🔍",
	"red_circle": "🔴", "large_orange_circle": "🟠", "large_yellow_circle": "🟡", "large_blue_circle": "🔵", "large_green_circle": "🟢", "white_circle": "⚪",
	"ticket": "🎫", "file_folder": "📁", "bar_chart": "📊", "page_facing_up": "📄", "books": "📚", "construction": "🚧", "octagonal_sign": "🛑",
	"heart": "❤️", "smile": "😄", "thinking_face": "🤔", "raised_hands": "🙌", "ok_hand": "👌", "speech_balloon": "💬", "wave": "👋", "sos": "🆘",
	"rice_ball": "🍙", "tea": "🍵", "zap": "⚡", "arrows_counterclockwise": "🔄", "question": "❓", "exclamation": "❗", "telephone_receiver": "📞",
	"black_square_for_stop": "⏹️", "bust_in_silhouette": "👤", "busts_in_silhouette": "👥", "calendar": "📆", "herb": "🌿", "test_tube": "🧪",
}

// palette is what is offered for a reaction.
var palette = []string{"eyes", "white_check_mark", "+1", "pray", "raised_hands", "tada", "fire", "thinking_face"}

var emojiName = regexp.MustCompile(`:([a-z0-9_+-]+):`)

// withEmoji shows the emoji that a text names.
func withEmoji(text string) string {
	return emojiName.ReplaceAllStringFunc(text, func(m string) string {
		if e, ok := emoji[m[1:len(m)-1]]; ok {
			return e
		}
		return m
	})
}
