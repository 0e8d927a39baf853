exports.words = ["one", "two"];
