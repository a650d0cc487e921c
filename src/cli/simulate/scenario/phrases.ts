/** What people write to a shop or a clinic, and what they hear, in eight languages. */
export type Language = "en" | "de" | "es" | "pt" | "tr" | "ar" | "ja" | "hi";

export interface Phrases {
  readonly names: readonly string[];
  /** BSUIDs start with it. */
  readonly country: string;
  readonly hello: string;
  readonly stock: string;
  readonly price: string;
  readonly thanks: string;
  readonly complaint: string;
  readonly human: string;
  readonly book: string;
  readonly move: string;
  readonly unwell: string;
  readonly welcome: string;
  readonly available: string;
  readonly shipped: string;
  readonly agent: string;
  readonly booked: string;
}

/** The keys that hold a sentence. */
export type Phrase = Exclude<keyof Phrases, "names" | "country">;

export const phrases: Readonly<Record<Language, Phrases>> = {
  en: {
    names: ["Mia Carter", "Liam O'Brien", "Grace Adeyemi", "Noah 🌻", "Priya Nair", "Sam & Jo"],
    country: "GB",
    hello: "Hi there!",
    stock: "Is the blue backpack back in stock?",
    price: "What does delivery cost, and how long does it take?",
    thanks: "Perfect, thank you so much 🙏",
    complaint: "My parcel came with a broken zip. Order #10472. I am not happy at all.",
    human: "Can I talk to a human please?",
    book: "I would like an appointment next week, mornings if possible.",
    move: "Something came up. Can we move my appointment?",
    unwell: "My daughter has had a fever of 39.4 °C since last night. What should I do?",
    welcome: "Hello, and thanks for your message! How can we help?",
    available: "Yes, it is here again: https://shop.example/backpack?colour=blue",
    shipped: "Your order is on its way.",
    agent: "I am Jo from the team. I am sorry about that, let me put it right.",
    booked: "You are booked for Tuesday at 9:20. See you then.",
  },
  de: {
    names: ["Jürgen Weiß", "Zoë <3", "Änne Groß", "Lukas Yılmaz", "Frau Dr. Köhler"],
    country: "DE",
    hello: "Guten Tag!",
    stock: "Gibt es den blauen Rucksack wieder?",
    price: "Was kostet der Versand nach Österreich?",
    thanks: "Super, vielen Dank und schöne Grüße",
    complaint: "Der Reißverschluss ist kaputt angekommen, Bestellung Nr. 10472.",
    human: "Kann ich bitte mit einem Menschen sprechen? Human please!",
    book: "Ich hätte gern einen Termin nächste Woche, am liebsten früh.",
    move: "Mir ist etwas dazwischengekommen, können wir den Termin verschieben?",
    unwell: "Meine Tochter hat seit gestern 39,4 °C Fieber. Was soll ich tun?",
    welcome: "Hallo und danke für Ihre Nachricht! Wie können wir helfen?",
    available: "Ja, er ist wieder da: https://shop.example/rucksack?farbe=blau",
    shipped: "Ihre Bestellung ist unterwegs.",
    agent: "Jo vom Team hier. Das tut mir leid, ich kümmere mich sofort darum.",
    booked: "Ihr Termin: Dienstag, 9:20 Uhr. Bis dann!",
  },
  es: {
    names: ["José Álvarez", "Lucía Peña", "Íñigo Muñoz", "Ana Belén"],
    country: "ES",
    hello: "¡Hola, buenos días!",
    stock: "¿Ya tienen otra vez la mochila azul?",
    price: "¿Cuánto cuesta el envío y cuánto tarda?",
    thanks: "¡Perfecto, muchas gracias!",
    complaint: "La cremallera llegó rota. Pedido 10472.",
    human: "¿Puedo hablar con una persona? Human please",
    book: "Quisiera una cita para la próxima semana, por la mañana.",
    move: "Me ha surgido algo, ¿podemos cambiar la cita?",
    unwell: "Mi hija tiene 39,4 °C de fiebre desde anoche. ¿Qué hago?",
    welcome: "¡Hola! Gracias por escribirnos. ¿En qué podemos ayudar?",
    available: "Sí, ya está aquí: https://shop.example/mochila",
    shipped: "Su pedido va en camino.",
    agent: "Soy Jo, del equipo. Lo siento, lo arreglo ahora mismo.",
    booked: "Su cita: martes a las 9:20. ¡Hasta entonces!",
  },
  pt: {
    names: ["João Conceição", "Márcia Araújo", "Inês Magalhães"],
    country: "BR",
    hello: "Oi, tudo bem?",
    stock: "A mochila azul já voltou ao estoque?",
    price: "Quanto custa o frete até São Paulo?",
    thanks: "Muito obrigada! ❤️",
    complaint: "O zíper chegou quebrado. Pedido 10472.",
    human: "Posso falar com um atendente? human please",
    book: "Queria marcar uma consulta para a semana que vem.",
    move: "Surgiu um imprevisto, dá para remarcar?",
    unwell: "Minha filha está com 39,4 °C de febre desde ontem.",
    welcome: "Olá! Obrigado pela mensagem. Como podemos ajudar?",
    available: "Sim, chegou: https://shop.example/mochila-azul",
    shipped: "Seu pedido está a caminho.",
    agent: "Sou Jo, da equipe. Desculpe, vou resolver agora.",
    booked: "Consulta marcada: terça às 9h20.",
  },
  tr: {
    names: ["Ayşe Yıldız", "İbrahim Çağlar", "Gül Şahin"],
    country: "TR",
    hello: "Merhaba!",
    stock: "Mavi sırt çantası tekrar stokta mı?",
    price: "Kargo ücreti ne kadar?",
    thanks: "Çok teşekkür ederim",
    complaint: "Fermuar kırık geldi, sipariş 10472.",
    human: "Bir insanla görüşebilir miyim? human please",
    book: "Gelecek hafta için randevu almak istiyorum.",
    move: "Bir işim çıktı, randevuyu değiştirebilir miyiz?",
    unwell: "Kızımın dün geceden beri 39,4 °C ateşi var.",
    welcome: "Merhaba, mesajınız için teşekkürler! Nasıl yardımcı olabiliriz?",
    available: "Evet, yine geldi: https://shop.example/canta",
    shipped: "Siparişiniz yolda.",
    agent: "Ben ekipten Jo. Çok üzgünüm, hemen ilgileniyorum.",
    booked: "Randevunuz: Salı 9.20.",
  },
  ar: {
    names: ["محمد العلي", "فاطمة حسن", "ليلى 🌙"],
    country: "AE",
    hello: "السلام عليكم",
    stock: "هل عادت الحقيبة الزرقاء؟",
    price: "كم سعر التوصيل؟",
    thanks: "شكرا جزيلا",
    complaint: "وصل السحّاب مكسورا، الطلب ١٠٤٧٢.",
    human: "أريد التحدث مع موظف human please",
    book: "أريد موعدا الأسبوع القادم صباحا.",
    move: "هل يمكن تغيير الموعد؟",
    unwell: "ابنتي حرارتها ٣٩٫٤ منذ الأمس.",
    welcome: "أهلا وسهلا! كيف نساعدكم؟",
    available: "نعم، متوفرة: https://shop.example/bag",
    shipped: "طلبكم في الطريق.",
    agent: "معك جو من الفريق. نعتذر، سأحل الأمر الآن.",
    booked: "موعدكم: الثلاثاء ٩:٢٠.",
  },
  ja: {
    names: ["田中 さくら", "佐藤 健", "ﾔﾏﾀﾞ"],
    country: "JP",
    hello: "こんにちは！",
    stock: "青いリュックは再入荷しましたか？",
    price: "送料はいくらですか？",
    thanks: "ありがとうございます😊",
    complaint: "ファスナーが壊れていました。注文番号10472です。",
    human: "担当者と話せますか？ human please",
    book: "来週の午前中に予約したいです。",
    move: "予約を変更できますか？",
    unwell: "娘が昨夜から39.4度の熱があります。",
    welcome: "お問い合わせありがとうございます。",
    available: "はい、再入荷しました：https://shop.example/rucksack",
    shipped: "商品を発送しました。",
    agent: "担当のジョーです。申し訳ございません。",
    booked: "火曜日9時20分にご予約しました。",
  },
  hi: {
    names: ["आरव शर्मा", "दीया पटेल", "कबीर"],
    country: "IN",
    hello: "नमस्ते!",
    stock: "क्या नीला बैग फिर से आ गया?",
    price: "डिलीवरी का कितना लगेगा?",
    thanks: "बहुत धन्यवाद 🙏",
    complaint: "ज़िप टूटी हुई आई है, ऑर्डर 10472।",
    human: "क्या मैं किसी इंसान से बात कर सकता हूँ? human please",
    book: "अगले हफ़्ते सुबह का समय चाहिए।",
    move: "क्या अपॉइंटमेंट बदल सकते हैं?",
    unwell: "मेरी बेटी को कल रात से 39.4 °C बुखार है।",
    welcome: "नमस्ते! हम आपकी क्या मदद करें?",
    available: "हाँ, आ गया: https://shop.example/bag",
    shipped: "आपका ऑर्डर रास्ते में है।",
    agent: "मैं टीम से जो हूँ। माफ़ कीजिए, अभी ठीक करता हूँ।",
    booked: "मंगलवार 9:20 का समय पक्का।",
  },
};
