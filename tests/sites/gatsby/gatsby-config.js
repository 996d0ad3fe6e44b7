module.exports = { siteMetadata: { title: "A site" } };
